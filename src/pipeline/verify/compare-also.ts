import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { ComparedObject } from '../../contract/compared-object.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { readSequences } from '../../postgres/sequence.ts';
import type { StandingTable } from '../../postgres/standing-schema.ts';
import { compareRowCount } from '../../verify/also/row-count.ts';
import { compareSequence, readSequenceNumber } from '../../verify/also/sequence-number.ts';
import { compareStanding } from '../../verify/also/standing-object.ts';
import { readPlan, type SchemaPlan } from '../schema/plan.ts';
import { scopedTables } from '../schema/target-schema.ts';
import { type Scope, scopeOf } from '../scope.ts';
import { withSource } from '../source-session.ts';
import { withTarget } from '../target-session.ts';
import type { AlsoOptions } from './beside-option.ts';
import { comparePlanned } from './compare-planned.ts';
import { lossesOf, orphansOf, oursOf, ruledTables, standingOf } from './count-also.ts';
import { maskedColumns } from './masked-view.ts';

/** What both sides have beside rows: a list that command line, page and evidence print as it stands. */
export async function compareAlso(config: Config, options: AlsoOptions): Promise<readonly ComparedObject[]> {
  const { signal } = options;
  const scope = scopeOf(config);
  const plan = scope.makesTables ? await readPlan(config, scope, signal) : null;
  return await withSource(config, signal, (source) =>
    withTarget(targetLogin(config), signal, async (target) => {
      const tables = await scopedTables(source, scope);
      const standing = await standingTables({ plan, scope, target }, tables);
      const planned = { config, plan, source, target, isStill: options.isStill, signal };
      return [
        ...options.rowCounts.map(compareRowCount),
        ...(await sequences(target, tables, scope, !options.isStill)),
        ...standing.flatMap(compareStanding),
        ...(options.countsOrphans ? await orphansOf(target, standing, null) : []),
        ...(await comparePlanned({ ...planned, masked: maskedColumns(tables, scope) })),
        ...(options.countsLosses ? await lossesOf(source, await ruledTables(tables, target, scope), null) : []),
      ];
    }),
  );
}

interface Standing {
  readonly plan: SchemaPlan | null;
  readonly scope: Scope;
  readonly target: PostgresSession;
}

/** As they were planned with, where they were. */
async function standingTables(
  { plan, scope, target }: Standing,
  tables: readonly CatalogueTable[],
): Promise<readonly StandingTable[]> {
  return plan === null ? await standingOf(target, tables, scope) : oursOf(plan.standing, tables, scope);
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
