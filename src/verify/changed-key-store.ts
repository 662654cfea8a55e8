import type { TableName } from '../contract/change.ts';
import type { LogOffset } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import type { PostgresSession, TextRow } from '../postgres/connection.ts';
import { arrayText } from '../postgres/quote.ts';
import type { AppliedPoint } from './follower.ts';
import { HEADER_BYTES, KeyJournal } from './key-journal.ts';
import type { ChangedKey, Moved } from './table-changes.ts';

const TABLES = `CREATE TABLE IF NOT EXISTS sluice.followed (
    pipeline text PRIMARY KEY, owner text NOT NULL, log_id text, epoch bigint, next_offset text,
    outside bigint NOT NULL DEFAULT 0, outside_seen bigint NOT NULL DEFAULT 0);
  CREATE TABLE IF NOT EXISTS sluice.followed_table (
    pipeline text NOT NULL, database text NOT NULL, "table" text NOT NULL, kept_since_ms bigint, changes bigint NOT NULL,
    PRIMARY KEY (pipeline, database, "table"));
  CREATE TABLE IF NOT EXISTS sluice.changed_key (
    pipeline text NOT NULL, database text NOT NULL, "table" text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY,
    entries int NOT NULL, keys bytea NOT NULL, PRIMARY KEY (pipeline, database, "table", id))`;

/** Rows change that no epoch tells of; in the transaction that changes them. */
export async function noteOutside(session: PostgresSession, pipeline: string): Promise<void> {
  const { rows } = await session.query("SELECT to_regclass('sluice.followed') IS NULL AS missing");
  if (rows[0]?.['missing'] === 't') return;
  await session.query('UPDATE sluice.followed SET outside = outside + 1 WHERE pipeline = $1', [pipeline]);
}

const TAKE = `INSERT INTO sluice.followed (pipeline, owner) VALUES ($1, $2) ON CONFLICT (pipeline)
  DO UPDATE SET owner = $2`;

const POINT = `SELECT owner, log_id, epoch::text, next_offset, outside = outside_seen AS whole
  FROM sluice.followed WHERE pipeline = $1 FOR UPDATE`;

const FOLLOWED = `SELECT t.database, t."table", t.kept_since_ms::text, t.changes::text,
    coalesce(sum(k.entries), 0)::text AS entries, coalesce(sum(length(k.keys)), 0)::text AS bytes
  FROM sluice.followed_table t LEFT JOIN sluice.changed_key k USING (pipeline, database, "table")
  WHERE pipeline = $1 GROUP BY 1, 2, 3, 4`;

const ADVANCE = `UPDATE sluice.followed SET log_id = coalesce($3::text, log_id), epoch = coalesce($4::bigint, epoch),
    next_offset = coalesce($5::text, next_offset), outside_seen = CASE WHEN $4::bigint IS NULL THEN outside_seen ELSE $6::bigint END
  WHERE pipeline = $1 AND owner = $2`;

/** JSON of tables as rows; a name is free to hold anything. */
const NAMED = `jsonb_to_recordset($2::jsonb) AS x(database text, "table" text, known boolean, kept bigint, changes bigint,
  entries int, keys text)`;

const TABLE = `INSERT INTO sluice.followed_table (pipeline, database, "table", kept_since_ms, changes)
  SELECT $1, database, "table", kept, changes FROM ${NAMED} WHERE known
  ON CONFLICT (pipeline, database, "table") DO UPDATE SET kept_since_ms = excluded.kept_since_ms, changes = excluded.changes`;

const UNKNOWN = `DELETE FROM sluice.followed_table t USING ${NAMED}
  WHERE t.pipeline = $1 AND t.database = x.database AND t."table" = x."table" AND NOT x.known`;

const WORTHLESS = `DELETE FROM sluice.changed_key t USING ${NAMED}
  WHERE t.pipeline = $1 AND t.database = x.database AND t."table" = x."table"`;

const KEYS = `INSERT INTO sluice.changed_key (pipeline, database, "table", entries, keys)
  SELECT $1, database, "table", entries, decode(keys, 'hex') FROM ${NAMED}`;

/** Of several tables, each with how many at most; a table's rows in their order. */
const OLDEST = `SELECT w.place::text, k.id::text, k.entries::text, encode(k.keys, 'hex') AS keys
  FROM unnest($2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS w(database, "table", most, place)
  CROSS JOIN LATERAL (SELECT c.id, c.entries, c.keys, sum(c.entries) OVER (ORDER BY c.id) - c.entries AS before
    FROM sluice.changed_key c WHERE c.pipeline = $1 AND c.database = w.database AND c."table" = w."table"
    ORDER BY c.id LIMIT 200) k
  WHERE k.before < w.most ORDER BY w.place, k.id`;

const LOOKED_AT = `DELETE FROM sluice.changed_key k USING unnest($2::text[], $3::text[], $4::bigint[]) AS l(database, "table", id)
  WHERE k.pipeline = $1 AND k.database = l.database AND k."table" = l."table" AND k.id = l.id`;

/** A row of `sluice.changed_key` holds so much at most. */
const ROW_ENTRIES = 5_000;
const ROW_BYTES = 256 * 1024;

export interface StoredKeys extends Moved {
  readonly ids: readonly string[];
}

export interface KeptTable {
  readonly name: TableName;
  readonly keptSinceMs: number | null;
  readonly changes: number;
  readonly moved: Moved;
}

/** What an earlier process kept: of these tables no key that changed up to the epoch is missing. */
export interface Kept {
  readonly logId: string;
  readonly epoch: number;
  readonly next: LogOffset;
  readonly tables: readonly KeptTable[];
}

export interface KeysWritten {
  /** null: further back than here something may be missing still. */
  readonly point: AppliedPoint | null;
  readonly outside: string;
  readonly tables: readonly {
    readonly name: TableName;
    readonly isKnown: boolean;
    readonly keptSinceMs: number | null;
    readonly changes: number;
    readonly isEmptied: boolean;
  }[];
  readonly keys: readonly { readonly name: TableName; readonly keys: readonly ChangedKey[] }[];
}

/** Changed keys on the target, in rows of some thousands. */
export class ChangedKeyStore {
  readonly #session: PostgresSession;
  readonly #pipeline: string;

  private constructor(session: PostgresSession, pipeline: string) {
    this.#session = session;
    this.#pipeline = pipeline;
  }

  static async open(session: PostgresSession, pipeline: string): Promise<ChangedKeyStore> {
    const { rows } = await session.query("SELECT to_regclass('sluice.changed_key') IS NULL AS missing");
    if (rows[0]?.['missing'] === 't') await session.query(TABLES);
    return new ChangedKeyStore(session, pipeline);
  }

  async inTransaction<T>(work: (session: PostgresSession) => Promise<T>): Promise<T> {
    await this.#session.query('BEGIN');
    const result = await work(this.#session);
    await this.#session.query('COMMIT');
    return result;
  }

  /** From now on nobody else may write here. `kept` null: nothing is known. */
  async takeOver(owner: string): Promise<{ readonly wasOurs: boolean; readonly kept: Kept | null }> {
    return await this.inTransaction(async () => {
      const [found] = (await this.#session.query(POINT, [this.#pipeline])).rows;
      const tables = await this.#session.query(FOLLOWED, [this.#pipeline]);
      await this.#session.query(TAKE, [this.#pipeline, owner]);
      return { wasOurs: found?.['owner'] === owner, kept: found === undefined ? null : keptOf(found, tables.rows) };
    });
  }

  async forget(): Promise<void> {
    await this.inTransaction(async () => {
      for (const table of ['changed_key', 'followed_table'])
        await this.#session.query(`DELETE FROM sluice.${table} WHERE pipeline = $1`, [this.#pipeline]);
    });
  }

  /** How often rows were changed outside of the log; asked before the keys are taken that are written with it. */
  async outside(): Promise<string> {
    const sql = 'SELECT outside::text FROM sluice.followed WHERE pipeline = $1';
    return (await this.#session.query(sql, [this.#pipeline])).rows[0]?.['outside'] ?? '0';
  }

  /** VERIFY_ANOTHER_KEEPS (retry): another process has taken over. */
  async write(owner: string, { point, outside, tables, keys }: KeysWritten): Promise<void> {
    await this.inTransaction(async (session) => {
      const at = point === null ? [null, null, null] : [point.logId, String(point.epoch), String(point.next)];
      const { rowCount } = await session.query(ADVANCE, [this.#pipeline, owner, ...at, outside]);
      if (rowCount === 0) throw anotherKeeps();
      const emptied = tables.filter(({ isEmptied }) => isEmptied);
      if (emptied.length > 0) await session.query(WORTHLESS, [this.#pipeline, named(emptied)]);
      if (tables.length > 0) {
        await session.query(UNKNOWN, [this.#pipeline, named(tables)]);
        await session.query(TABLE, [this.#pipeline, named(tables)]);
      }
      for (const { name, keys: all } of keys) await this.add(name, all);
    });
  }

  /** Behind all that are there. */
  async add({ database, table }: TableName, keys: readonly ChangedKey[]): Promise<void> {
    for (const row of rowsOf(keys))
      await this.#session.query(KEYS, [this.#pipeline, JSON.stringify([{ database, table, ...row }])]);
  }

  /** The oldest keys of each of these tables, in the order of the tables. */
  async read(wanted: readonly KeysWanted[]): Promise<readonly StoredKeysRead[]> {
    const lists = [
      wanted.map(({ name }) => name.database),
      wanted.map(({ name }) => name.table),
      wanted.map(({ most }) => String(most)),
    ];
    const { rows } = await this.#session.query(OLDEST, [this.#pipeline, ...lists.map(arrayText)]);
    return wanted.map((_, at) => keysIn(rows.filter((row) => row['place'] === String(at + 1))));
  }

  async remove(looked: readonly { readonly name: TableName; readonly stored: StoredKeys }[]): Promise<void> {
    const rows = looked.flatMap(({ name, stored }) => stored.ids.map((id) => [name.database, name.table, id] as const));
    if (rows.length === 0) return;
    const lists = ([0, 1, 2] as const).map((column) => arrayText(rows.map((row) => row[column])));
    await this.#session.query(LOOKED_AT, [this.#pipeline, ...lists]);
  }
}

export interface KeysWanted {
  readonly name: TableName;
  /** About so many. */
  readonly most: number;
}

export interface StoredKeysRead {
  readonly keys: readonly ChangedKey[];
  readonly stored: StoredKeys;
}

function keysIn(rows: readonly TextRow[]): StoredKeysRead {
  const keys = new Map<string, ChangedKey>();
  let bytes = 0;
  for (const row of rows) {
    const journal = Buffer.from(row['keys'] ?? '', 'hex');
    bytes += journal.length;
    for (const one of KeyJournal.entriesOf(journal)) keys.set(`${one.isPrinted}${one.bytes.toString('latin1')}`, one);
  }
  const entries = rows.reduce((sum, row) => sum + Number(row['entries']), 0);
  return { keys: [...keys.values()], stored: { ids: rows.map((row) => row['id'] ?? ''), entries, bytes } };
}

function keptOf(point: TextRow, rows: readonly TextRow[]): Kept | null {
  const { log_id: logId = null, epoch = null, next_offset: next = null, whole } = point;
  if (logId === null || epoch === null || next === null || whole !== 't') return null;
  const tables = rows.map((row) => ({
    name: { database: row['database'] ?? '', table: row['table'] ?? '' },
    keptSinceMs: row['kept_since_ms'] ? Number(row['kept_since_ms']) : null,
    changes: Number(row['changes']),
    moved: { entries: Number(row['entries']), bytes: Number(row['bytes']) },
  }));
  return { logId, epoch: Number(epoch), next: Number(next), tables };
}

function named(tables: KeysWritten['tables']): string {
  return JSON.stringify(
    tables.map(({ name: { database, table }, isKnown, keptSinceMs, changes }) => {
      return { database, table, known: isKnown, kept: keptSinceMs, changes };
    }),
  );
}

function* rowsOf(keys: readonly ChangedKey[]): Iterable<{ readonly entries: number; readonly keys: string }> {
  let parts: Buffer[] = [];
  let bytes = 0;
  const row = () => ({ entries: parts.length, keys: Buffer.concat(parts).toString('hex') });
  for (const { bytes: key, isPrinted } of keys) {
    if (parts.length === ROW_ENTRIES || (parts.length > 0 && bytes + key.length + HEADER_BYTES > ROW_BYTES)) {
      yield row();
      parts = [];
      bytes = 0;
    }
    parts.push(KeyJournal.entry(key, isPrinted));
    bytes += key.length + HEADER_BYTES;
  }
  if (parts.length > 0) yield row();
}

function anotherKeeps(): SluiceError {
  return new SluiceError({
    code: 'VERIFY_ANOTHER_KEEPS',
    message: 'another process of this pipeline has taken over the keys of changed rows',
    remedy: 'Nothing to do: one process applies at a time, and the other ends by itself.',
    disposition: 'retry',
  });
}
