import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import type { ComparedObject } from '../contract/compared-object.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteTable } from '../postgres/quote.ts';
import { readSequences } from '../postgres/sequence.ts';
import { readStandingSchema, type StandingSchema, type StandingTable } from '../postgres/standing-schema.ts';
import { countLosses } from '../verify/also/declared-loss.ts';
import { countOrphans } from '../verify/also/orphan-count.ts';
import { compareRowCount } from '../verify/also/row-count.ts';
import { compareSequence, readSequenceNumber } from '../verify/also/sequence-number.ts';
import { compareStanding } from '../verify/also/standing-object.ts';
import type { AlsoOptions } from './beside-option.ts';
import { comparePlanned } from './compare-planned.ts';
import { ruledTable } from './ruled-table.ts';
import { readPlan, type SchemaPlan } from './schema-plan.ts';
import { type Scope, scopeOf } from './scope.ts';
import { withSource } from './source-session.ts';
import { scopedTables } from './target-schema.ts';
import { withTarget } from './target-session.ts';

/** What both sides have beside rows: a list that command line, page and evidence print as it stands. */
export async function compareAlso(config: Config, options: AlsoOptions): Promise<readonly ComparedObject[]> {
  const { signal } = options;
  const scope = scopeOf(config);
  const plan = scope.makesTables ? await readPlan(config, scope, signal) : null;
  return await withSource(config, signal, (source) =>
    withTarget(targetLogin(config), signal, async (target) => {
      const tables = await scopedTables(source, scope);
      const standing = await standingTables({ plan, scope, target }, tables);
      return [
        ...options.rowCounts.map(compareRowCount),
        ...(await sequences(target, tables, scope, !options.isStill)),
        ...standing.flatMap(compareStanding),
        ...(options.countsOrphans ? await orphans(target, standing) : []),
        ...(await comparePlanned({ config, plan, source, target, isStill: options.isStill, signal })),
        ...(options.countsLosses ? await losses(source, target, tables, scope) : []),
      ];
    }),
  );
}

interface Standing {
  readonly plan: SchemaPlan | null;
  readonly scope: Scope;
  readonly target: PostgresSession;
}

/** Tables of the pipeline only: others in the same schemas are the application's own. */
async function standingTables(
  { plan, scope, target }: Standing,
  tables: readonly CatalogueTable[],
): Promise<readonly StandingTable[]> {
  const schemas = [...new Set(scope.databases.map((database) => scope.schemaOf(database)))];
  const standing: StandingSchema = plan?.standing ?? (await readStandingSchema(target, schemas));
  const ours = new Set(tables.map((table) => targetKey(table, scope)));
  return standing.tables.filter(({ name }) => ours.has(quoteTable(name)));
}

function targetKey({ version }: CatalogueTable, scope: Scope): string | null {
  const name = scope.targetOf(version.database, version.table);
  return name === null ? null : quoteTable(name);
}

async function sequences(
  target: PostgresSession,
  tables: readonly CatalogueTable[],
  scope: Scope,
  isMoving: boolean,
): Promise<readonly ComparedObject[]> {
  const compared: ComparedObject[] = [];
  for (const table of tables) {
    const { version, columns, nextAutoIncrement } = table;
    const name = scope.targetOf(version.database, version.table);
    if (name === null) continue;
    const counted = columns.find(({ extra }) => extra.includes('auto_increment'));
    const column = counted && scope.columnOf(version.database, version.table, counted.name);
    for (const one of await readSequences(target, [name])) {
      const sourceNext = one.column === column ? nextAutoIncrement : null;
      compared.push(compareSequence(await readSequenceNumber(target, one, sourceNext), isMoving));
    }
  }
  return compared;
}

async function orphans(target: PostgresSession, standing: readonly StandingTable[]): Promise<ComparedObject[]> {
  const compared: ComparedObject[] = [];
  for (const table of standing) compared.push(...(await countOrphans(target, table)));
  return compared;
}

async function losses(
  source: MysqlConnection,
  target: PostgresSession,
  tables: readonly CatalogueTable[],
  scope: Scope,
): Promise<ComparedObject[]> {
  const compared: ComparedObject[] = [];
  for (const table of tables) {
    const ruled = await ruledTable(table, target, scope);
    if (ruled !== null) compared.push(...(await countLosses(source, ruled)));
  }
  return compared;
}
