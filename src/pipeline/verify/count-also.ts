import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { ComparedObject } from '../../contract/compared-object.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { sourceLoad } from '../../mysql/source-load.ts';
import { type RestReason, Throttle } from '../../mysql/throttle.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteTable } from '../../postgres/quote.ts';
import { readStandingSchema, type StandingSchema, type StandingTable } from '../../postgres/standing-schema.ts';
import type { Parts } from '../../verify/also/counted-part.ts';
import { countLosses, type RuledTable } from '../../verify/also/declared-loss.ts';
import { countOrphans } from '../../verify/also/orphan-count.ts';
import { scopedTables } from '../schema/target-schema.ts';
import { type Scope, scopeOf } from '../scope.ts';
import { withSource } from '../source-session.ts';
import { withTarget } from '../target-session.ts';
import { ruledTable } from './ruled-table.ts';
import { LOAD_LIMITS } from './verifier-of.ts';

export interface CountOptions {
  /** Why nothing is counted now; null: it may be. Asked before each part. */
  readonly holdUp: () => string | null;
  readonly onRest: (reason: RestReason, restedMs: number) => void;
  readonly signal: AbortSignal;
  /** Of what is read at once; without: what takes a second or so. */
  readonly size?: { readonly rows: number; readonly blocks: number };
}

/** 20,000 rows of a key, 32 MiB of a heap. */
const SIZE = { rows: 20_000, blocks: 4_096 };

/**
 * What rules make of values, and rows without their parents, counted part by part at the pace of the comparison of rows
 * (`verify.throttle`), so that no statement is long and no lock of the target is kept from the stream.
 */
export async function countAlso(config: Config, options: CountOptions): Promise<readonly ComparedObject[]> {
  const { signal } = options;
  const scope = scopeOf(config);
  const login = targetLogin(config);
  const found = await withSource(config, signal, (source) => scopedTables(source, scope));
  const ruled = await withTarget(login, signal, (target) => ruledTables(found, target, scope));
  const losses = await withSource(config, signal, (source) =>
    lossesOf(
      source,
      ruled,
      partsOf(config, options, () => sourceLoad(source, LOAD_LIMITS)),
    ),
  );
  const orphans = await withTarget(login, signal, async (target) =>
    orphansOf(target, await standingOf(target, found, scope), partsOf(config, options, null)),
  );
  return [...orphans, ...losses];
}

function partsOf(
  { verify: { throttle } }: Config,
  { holdUp, onRest, signal, size = SIZE }: CountOptions,
  load: (() => Promise<string | null>) | null,
): Parts {
  const busy = async () => holdUp() ?? (await load?.()) ?? null;
  const common = { busy, onWait: () => {}, onRest, signal };
  return {
    ...size,
    source: new Throttle({ ...common, limits: throttle }),
    target: new Throttle({ ...common, limits: { share: throttle.share, rowsPerSecond: null } }),
  };
}

export async function orphansOf(
  target: PostgresSession,
  standing: readonly StandingTable[],
  parts: Parts | null,
): Promise<ComparedObject[]> {
  const compared: ComparedObject[] = [];
  for (const table of standing) compared.push(...(await countOrphans(target, table, parts)));
  return compared;
}

export async function lossesOf(
  source: MysqlConnection,
  ruled: readonly RuledTable[],
  parts: Parts | null,
): Promise<ComparedObject[]> {
  const compared: ComparedObject[] = [];
  for (const table of ruled) compared.push(...(await countLosses(source, table, parts)));
  return compared;
}

export async function ruledTables(
  tables: readonly CatalogueTable[],
  target: PostgresSession,
  scope: Scope,
): Promise<readonly RuledTable[]> {
  const ruled: RuledTable[] = [];
  for (const table of tables) {
    const one = await ruledTable(table, target, scope);
    if (one !== null) ruled.push(one);
  }
  return ruled;
}

export async function standingOf(
  target: PostgresSession,
  tables: readonly CatalogueTable[],
  scope: Scope,
): Promise<readonly StandingTable[]> {
  const schemas = [...new Set(scope.databases.map((database) => scope.schemaOf(database)))];
  return oursOf(await readStandingSchema(target, schemas), tables, scope);
}

/** Tables of the pipeline only: others in the same schemas are the application's own. */
export function oursOf(
  standing: StandingSchema,
  tables: readonly CatalogueTable[],
  scope: Scope,
): readonly StandingTable[] {
  const ours = new Set(
    tables.map(({ version }) => {
      const name = scope.targetOf(version.database, version.table);
      return name === null ? null : quoteTable(name);
    }),
  );
  return standing.tables.filter(({ name }) => ours.has(quoteTable(name)));
}
