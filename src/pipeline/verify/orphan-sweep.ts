import type { Config } from '../../config/config.ts';
import { sourceLogin, targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { CatalogueForeignKey } from '../../mysql/catalogue-table.ts';
import { connectMysql, type MysqlConnection } from '../../mysql/connection.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteIdent, quoteTable } from '../../postgres/quote.ts';
import type { Sink } from '../../sink/sink.ts';
import type { Prepared } from '../schema/prepare.ts';
import { withTarget } from '../target-session.ts';
import { isDecidable, type KeyValues, type Reference, referencesOf, referredTo } from './orphan-reference.ts';

export interface SweepOptions {
  readonly config: Config;
  readonly sink: Sink;
  readonly prepared: Prepared;
  readonly signal: AbortSignal;
}

export interface SweepResult {
  /** Rows deleted, or whose reference became NULL. */
  readonly rows: number;
  /** Keys with orphans on the target that were left there. */
  readonly undecided: readonly SluiceError[];
}

/** Values of a key that are looked at together; the sink waits meanwhile. */
const PAGE_VALUES = 200;

/**
 * Once the load is complete: does what the source's cascades did to rows whose parents were not on the target yet.
 *
 * While tables are loading, a parent may go whose child is not loaded, so that the sink cannot find the grandchildren
 * that the source removed without logging it. When everything has arrived, such rows are orphans: a CASCADE orphan is
 * deleted, a SET NULL orphan loses its reference, but only where the source, asked while the sink stands still, has no
 * row any more that refers to this parent (INV-6). What the source removed since is removed anyway, and what it still
 * writes comes through the stream as a whole row. An orphan that the source has too (foreign_key_checks was off, the
 * parent waits in quarantine) is left and said, as are those of a key that also acts on updates: deleting a row that
 * exists would be worse than keeping one that does not, which verify finds.
 */
export async function sweepOf(options: SweepOptions): Promise<SweepResult> {
  const source = await connectMysql(sourceLogin(options.config.source));
  try {
    // A server that logs what its cascades did leaves nothing to do.
    if (source.server.isCascadeLogged) return { rows: 0, undecided: [] };
    const { tables, scope } = options.prepared;
    const sweep = new Sweep(options, source);
    return await sweep.all(tables.flatMap((table) => referencesOf(table, scope)));
  } finally {
    await source.close();
  }
}

class Sweep {
  readonly #options: SweepOptions;
  readonly #source: MysqlConnection;
  readonly #undecided = new Map<Reference, SluiceError>();

  constructor(options: SweepOptions, source: MysqlConnection) {
    this.#options = options;
    this.#source = source;
  }

  /** Children of deleted children become orphans in turn: again until nothing is left to do. */
  async all(references: readonly Reference[]): Promise<SweepResult> {
    let total = 0;
    for (let rows = -1; rows !== 0; total += rows) {
      rows = 0;
      for (const reference of references) rows += await this.#one(reference);
    }
    return { rows: total, undecided: [...this.#undecided.values()] };
  }

  async #one(reference: Reference): Promise<number> {
    let rows = 0;
    for (let after: KeyValues | null = null; !this.#options.signal.aborted; ) {
      const page = await this.#candidates(reference, after);
      const last = page.at(-1);
      if (last === undefined) return rows;
      after = last;
      if (!isDecidable(reference)) {
        this.#undecided.set(reference, undecidedKey(reference.key));
        return rows;
      }
      rows += await this.#decide(reference, page);
    }
    return rows;
  }

  /** Looked for beside the sink, which goes on. */
  async #candidates(reference: Reference, after: KeyValues | null): Promise<readonly KeyValues[]> {
    const { config, signal } = this.#options;
    const columns = columnList(reference);
    const beyond = after === null ? '' : ` AND (${columns}) > (${after.map((_, i) => `$${i + 1}`).join(', ')})`;
    const sql = `SELECT DISTINCT ${columns} FROM ${quoteTable(reference.child)} c WHERE ${isOrphan(reference)}${beyond}
      ORDER BY ${columns} LIMIT ${PAGE_VALUES}`;
    return await withTarget(targetLogin(config), signal, (session) => keyValues(session, sql, after ?? []));
  }

  async #decide(reference: Reference, page: readonly KeyValues[]): Promise<number> {
    return await this.#options.sink.betweenTransactions(async (session) => {
      const columns = columnList(reference);
      const sql = `SELECT DISTINCT ${columns} FROM ${quoteTable(reference.child)} c
        WHERE (${columns}) IN (${placeholders(page)}) AND ${isOrphan(reference)}`;
      const orphans = await keyValues(session, sql, page.flat());
      const known = await referredTo(this.#source, reference, orphans);
      const gone = orphans.filter((_, i) => !known[i]);
      if (gone.length < orphans.length) this.#undecided.set(reference, sourceHasThem(reference.key));
      return gone.length === 0 ? 0 : await act(session, reference, gone);
    });
  }
}

async function act(session: PostgresSession, reference: Reference, gone: readonly KeyValues[]): Promise<number> {
  const child = quoteTable(reference.child);
  const nulls = reference.columns.map((column) => `${quoteIdent(column)} = NULL`).join(', ');
  const what = reference.key.onDelete === 'CASCADE' ? `DELETE FROM ${child} c` : `UPDATE ${child} c SET ${nulls}`;
  const sql = `${what} WHERE (${columnList(reference)}) IN (${placeholders(gone)})`;
  return (await session.query(sql, gone.flat())).rowCount;
}

async function keyValues(session: PostgresSession, sql: string, values: KeyValues): Promise<readonly KeyValues[]> {
  const { rows } = await session.query(sql, [...values]);
  return rows.map((row) => Object.values(row).map((value) => value ?? ''));
}

function columnList({ columns }: Reference): string {
  return columns.map((column) => `c.${quoteIdent(column)}`).join(', ');
}

function placeholders(page: readonly KeyValues[]): string {
  return page
    .map((values, row) => `(${values.map((_, i) => `$${row * values.length + i + 1}`).join(', ')})`)
    .join(', ');
}

/** Condition on a child row `c`. */
function isOrphan({ parent, columns, parentColumns }: Reference): string {
  const pairs = columns.map((column, i) => `p.${quoteIdent(parentColumns[i] ?? '')} = c.${quoteIdent(column)}`);
  const given = columns.map((column) => `c.${quoteIdent(column)} IS NOT NULL`);
  return [...given, `NOT EXISTS (SELECT 1 FROM ${quoteTable(parent)} p WHERE ${pairs.join(' AND ')})`].join(' AND ');
}

/** TARGET_ORPHANS_UNDECIDED: see the remedy; the run goes on. */
function undecidedKey(key: CatalogueForeignKey): SluiceError {
  return left(
    key,
    'Compare the table once more before you rely on it: its key also acts on updates, or is of a kind that cannot be looked up at the source.',
  );
}

/** TARGET_ORPHANS_UNDECIDED: see the remedy; the run goes on. */
function sourceHasThem(key: CatalogueForeignKey): SluiceError {
  return left(
    key,
    'The source has rows that refer to these parents. Look there, and at sluice quarantine list, for the parents.',
  );
}

function left(key: CatalogueForeignKey, remedy: string): SluiceError {
  return new SluiceError({
    code: 'TARGET_ORPHANS_UNDECIDED',
    message: `rows of ${key.table} without their parent in ${key.parentTable} (key ${key.name}) were left as they are`,
    remedy,
    disposition: 'stop',
  });
}
