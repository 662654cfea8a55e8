import type { Config } from '../config/config.ts';
import { sourceLogin } from '../config/login.ts';
import { SluiceError } from '../contract/error.ts';
import type { CatalogueForeignKey, CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectMysql, type MysqlConnection } from '../mysql/connection.ts';
import { quoteIdentifier, quoteTable as quoteSourceTable } from '../mysql/identifier.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import type { Sink } from '../sink/sink.ts';
import type { Prepared } from './prepare.ts';
import type { Scope } from './scope.ts';

export interface SweepOptions {
  readonly config: Config;
  readonly sink: Sink;
  readonly prepared: Prepared;
}

export interface SweepResult {
  /** Rows deleted, or whose reference became NULL. */
  readonly rows: number;
  /** Keys whose orphans on the target cannot be told from those that the source has itself. */
  readonly undecided: readonly SluiceError[];
}

/** A foreign key that acts on deletes, with both tables as the target names them. */
interface Reference {
  readonly key: CatalogueForeignKey;
  readonly child: TargetName;
  readonly parent: TargetName;
  readonly columns: readonly string[];
  readonly parentColumns: readonly string[];
}

/**
 * Once the load is complete: does what the source's cascades did to rows whose parents were not on the target yet.
 *
 * While tables are loading, a parent may go whose child is not loaded, so that the sink cannot find the grandchildren
 * that the source removed without logging it. When everything has arrived, such rows are orphans, which the source's
 * keys do not allow (INV-6): a CASCADE orphan is deleted, a SET NULL orphan loses its reference. It runs between two
 * transactions of the sink, so no child can be seen without the parent that came with it. Where the source has orphans
 * itself (foreign_key_checks was off once), or the key also acts on updates, nothing is touched and it is said: deleting
 * a row that exists would be worse than keeping one that does not, which verify finds.
 */
export async function sweepOf({ config, sink, prepared }: SweepOptions): Promise<SweepResult> {
  const source = await connectMysql(sourceLogin(config.source));
  try {
    // A server that logs what its cascades did leaves nothing to do.
    if (source.server.isCascadeLogged) return { rows: 0, undecided: [] };
    const references = prepared.tables.flatMap((table) => referencesOf(table, prepared.scope));
    const doubtful = await doubtfulOf(source, references);
    const sound = references.filter((reference) => !doubtful.has(reference));
    return await sink.betweenTransactions(async (session) => ({
      rows: await sweepAll(session, sound),
      undecided: await orphaned(session, doubtful),
    }));
  } finally {
    await source.close();
  }
}

async function doubtfulOf(source: MysqlConnection, references: readonly Reference[]): Promise<Set<Reference>> {
  const doubtful = new Set<Reference>();
  for (const reference of references) {
    if (actsOnUpdate(reference) || (await hasOrphans(source, reference.key))) doubtful.add(reference);
  }
  return doubtful;
}

function referencesOf(table: CatalogueTable, scope: Scope): Reference[] {
  return table.foreignKeys.flatMap((key): Reference[] => {
    const child = scope.targetOf(key.database, key.table);
    const parent = scope.targetOf(key.parentDatabase, key.parentTable);
    if (!child || !parent || !['CASCADE', 'SET NULL'].includes(key.onDelete)) return [];
    const columns = key.columns.map((column) => scope.columnOf(key.database, key.table, column));
    const parents = key.parentColumns.map((column) => scope.columnOf(key.parentDatabase, key.parentTable, column));
    if ([...columns, ...parents].includes(null)) return [];
    return [{ key, child, parent, columns: columns.filter(isName), parentColumns: parents.filter(isName) }];
  });
}

function isName(name: string | null): name is string {
  return name !== null;
}

function actsOnUpdate({ key }: Reference): boolean {
  return key.onUpdate === 'CASCADE' || key.onUpdate === 'SET NULL';
}

async function hasOrphans(source: MysqlConnection, key: CatalogueForeignKey): Promise<boolean> {
  const child = quoteSourceTable({ database: key.database, table: key.table });
  const parent = quoteSourceTable({ database: key.parentDatabase, table: key.parentTable });
  const pairs = key.columns.map((column, i) => {
    return `p.${quoteIdentifier(key.parentColumns[i] ?? '')} = c.${quoteIdentifier(column)}`;
  });
  const given = key.columns.map((column) => `c.${quoteIdentifier(column)} IS NOT NULL`);
  const missing = `NOT EXISTS (SELECT 1 FROM ${parent} p WHERE ${pairs.join(' AND ')})`;
  const row = await source.row(
    `SELECT EXISTS (SELECT 1 FROM ${child} c WHERE ${[...given, missing].join(' AND ')}) AS has`,
  );
  return row['has'] !== '0';
}

/** Children of deleted children become orphans in turn: again until nothing is left. */
async function sweepAll(session: PostgresSession, references: readonly Reference[]): Promise<number> {
  let total = 0;
  for (let rows = -1; rows !== 0; total += rows) {
    rows = 0;
    for (const reference of references) rows += await sweepOne(session, reference);
  }
  return total;
}

async function sweepOne(session: PostgresSession, reference: Reference): Promise<number> {
  const child = quoteTable(reference.child);
  const nulls = reference.columns.map((column) => `${quoteIdent(column)} = NULL`).join(', ');
  const act = reference.key.onDelete === 'CASCADE' ? `DELETE FROM ${child} c` : `UPDATE ${child} c SET ${nulls}`;
  return (await session.query(`${act} WHERE ${isOrphan(reference)}`)).rowCount;
}

async function orphaned(session: PostgresSession, references: Iterable<Reference>): Promise<SluiceError[]> {
  const found: SluiceError[] = [];
  for (const reference of references) {
    const { rows } = await session.query(
      `SELECT 1 FROM ${quoteTable(reference.child)} c WHERE ${isOrphan(reference)} LIMIT 1`,
    );
    if (rows.length > 0) found.push(undecidedKey(reference.key));
  }
  return found;
}

/** Condition on a child row `c`. */
function isOrphan({ parent, columns, parentColumns }: Reference): string {
  const pairs = columns.map((column, i) => `p.${quoteIdent(parentColumns[i] ?? '')} = c.${quoteIdent(column)}`);
  const given = columns.map((column) => `c.${quoteIdent(column)} IS NOT NULL`);
  return [...given, `NOT EXISTS (SELECT 1 FROM ${quoteTable(parent)} p WHERE ${pairs.join(' AND ')})`].join(' AND ');
}

/** TARGET_ORPHANS_UNDECIDED: see the remedy; the run goes on. */
function undecidedKey(key: CatalogueForeignKey): SluiceError {
  return new SluiceError({
    code: 'TARGET_ORPHANS_UNDECIDED',
    message: `rows of ${key.table} without their parent in ${key.parentTable} (key ${key.name}) were left as they are`,
    remedy:
      'Compare the table once more before you rely on it: the source has such rows itself, or its key also acts on updates.',
    disposition: 'stop',
  });
}
