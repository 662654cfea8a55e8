import { ByteWriter } from '../avro/byte-writer.ts';
import { copyText } from '../column/copy-text.ts';
import type { RowChange, RowOperation } from '../contract/change.ts';
import type { Origin, Reason, StoredChange } from '../contract/set-aside.ts';
import { type TableVersion, tableVersion } from '../contract/table.ts';
import type { PostgresSession, TextRow } from '../postgres/connection.ts';
import { hasCascade, type LatestVersion, reachedTables } from './cascade.ts';
import type { CheckpointKey } from './checkpoint.ts';
import { sourceName, WaitingIndex } from './waiting-index.ts';

/** One head with what waits behind it, or everything. */
export type Selection = string | 'all';

const COLUMNS = `pipeline, lane, id, database, "table", version, op, "key", old_key, "before", "after", cascades,
  reason, message, behind, epoch, position`;
const LOAD = `SELECT id::text, database, "table", "key", old_key, CASE WHEN "key" IS NULL THEN "before" END AS "before",
    CASE WHEN "key" IS NULL THEN "after" END AS "after", coalesce(behind, id)::text AS head
  FROM sluice.quarantine WHERE pipeline = $1 AND lane = $2 AND state = 'waiting' AND reason <> 'table-paused' ORDER BY sluice.quarantine.id`;
/** Changes whose cascades are still to come, those of paused tables included. */
const CASCADES = `SELECT q.op, q.key, q.old_key, q.before, q.after, 'true' AS cascades, q.id::text, v.fingerprint,
    coalesce(q.behind, q.id)::text AS head
  FROM sluice.quarantine q JOIN sluice.table_version v ON v.pipeline = q.pipeline AND v.id = q.version
  WHERE q.pipeline = $1 AND q.lane = $2 AND q.state = 'waiting' AND q.cascades ORDER BY q.id`;
const PAGE = `SELECT q.id::text, q.op, q.key, q.old_key, q.before, q.after, q.cascades::text, v.fingerprint
  FROM sluice.quarantine q JOIN sluice.table_version v ON v.pipeline = q.pipeline AND v.id = q.version
  WHERE q.pipeline = $1 AND q.lane = $2 AND q.state = 'waiting' AND q.id > $3`;

/** Our table `sluice.quarantine`, written in the sink's own transaction, in source order: ids grow. */
export class QuarantineStore {
  readonly index = new WaitingIndex();
  readonly #session: PostgresSession;
  readonly #key: CheckpointKey;
  readonly #latest: LatestVersion;
  readonly #lines = new ByteWriter(1024);
  #lastId = 0;

  constructor(session: PostgresSession, key: CheckpointKey, latest: LatestVersion) {
    this.#session = session;
    this.#key = key;
    this.#latest = latest;
  }

  /** Reads who waits: at the start, and after a rollback; without those that a retry takes up, when it begins. */
  async load(without?: Selection): Promise<void> {
    this.index.clear();
    this.#lines.reset();
    const last = await this.#session.query(
      'SELECT coalesce(max(id), 0)::text AS id FROM sluice.quarantine WHERE pipeline = $1',
      [this.#key.pipeline],
    );
    this.#lastId = Number(last.rows[0]?.['id']);
    const { rows } = await this.#session.query(LOAD, this.#keyValues());
    for (const row of rows) {
      if (without === 'all' || row['head'] === without) continue;
      const table = sourceName(row['database'] ?? '', row['table'] ?? '');
      this.index.add(table, imagesOf(row), row['head'] ?? '');
    }
    await this.#loadCascades(without);
  }

  async #loadCascades(without?: Selection): Promise<void> {
    if (without === 'all') return;
    const { rows } = await this.#session.query(CASCADES, this.#keyValues());
    for (const row of rows) if (row['head'] !== without) this.hold(storedOf(row).change, row['head'] ?? '');
  }

  /** Later rows of the tables that the change's cascade will reach wait behind it (INV-55). */
  hold(change: RowChange, head: string): void {
    if (hasCascade(change)) this.index.hold(reachedTables(change.table, this.#latest), head);
  }

  /** Stores the change whole; written by the next `flush`. Answers its id. */
  setAside(change: RowChange, version: string, why: Reason, origin: Origin): string {
    const id = String(++this.#lastId);
    const { pipeline, lane } = this.#key;
    const { database, table } = change.table;
    const line = this.#lines;
    for (const text of [pipeline, lane, id, database, table, version, change.op]) field(line, text);
    for (const bytes of [change.key, change.oldKey, change.before, change.after]) bytesField(line, bytes);
    const rest = [change.cascades ? 't' : 'f', why.reason, why.message, why.behind, String(origin.epoch)];
    for (const text of [...rest, origin.position]) field(line, text);
    line.bytes[line.position - 1] = 0x0a;
    return id;
  }

  async flush(): Promise<void> {
    if (this.#lines.position === 0) return;
    await this.#session.copy(`COPY sluice.quarantine (${COLUMNS}) FROM STDIN`, [this.#lines.take()]);
    this.#lines.reset();
  }

  /** The next waiting changes after `afterId`, in order. */
  async page(selection: Selection, afterId: string, limit: number): Promise<StoredChange[]> {
    const values = [...this.#keyValues(), afterId];
    if (selection !== 'all') values.push(selection);
    const clause = selection === 'all' ? '' : 'AND coalesce(q.behind, q.id) = $4';
    const { rows } = await this.#session.query(`${PAGE} ${clause} ORDER BY q.id LIMIT ${limit}`, values);
    return rows.map(storedOf);
  }

  async settle(ids: readonly string[]): Promise<void> {
    await this.#session.query(
      `UPDATE sluice.quarantine SET state = 'applied', settled_at = clock_timestamp()
       WHERE pipeline = $1 AND lane = $2 AND id = ANY ($3)`,
      [...this.#keyValues(), `{${ids.join(',')}}`],
    );
  }

  /** Gives up for good; the rows stay in the table with their reason. */
  async drop(selection: Selection): Promise<number> {
    const clause = selection === 'all' ? '' : 'AND coalesce(behind, id) = $3';
    const { rowCount } = await this.#session.query(
      `UPDATE sluice.quarantine SET state = 'dropped', settled_at = clock_timestamp()
       WHERE pipeline = $1 AND lane = $2 AND state = 'waiting' ${clause}`,
      selection === 'all' ? this.#keyValues() : [...this.#keyValues(), selection],
    );
    return rowCount;
  }

  /** All that waits of a table is moot: the table was emptied. What waits behind it elsewhere is not held any more. */
  async supersede(database: string, table: string): Promise<void> {
    await this.flush();
    await this.#session.query(
      `UPDATE sluice.quarantine SET state = 'superseded', settled_at = clock_timestamp()
       WHERE pipeline = $1 AND lane = $2 AND database = $3 AND "table" = $4 AND state = 'waiting'`,
      [...this.#keyValues(), database, table],
    );
    await this.load();
  }

  #keyValues(): string[] {
    return [this.#key.pipeline, this.#key.lane];
  }
}

function field(out: ByteWriter, text: string | null): void {
  if (text === null) out.latin1('\\N');
  else {
    const bytes = Buffer.from(text.replaceAll('\0', '\ufffd'));
    copyText(bytes, 0, bytes.length, out);
  }
  out.byte(0x09);
}

function bytesField(out: ByteWriter, bytes: Uint8Array | null): void {
  if (bytes === null) out.latin1('\\N');
  else out.latin1(`\\\\x${Buffer.from(bytes).toString('hex')}`);
  out.byte(0x09);
}

function bytesOf(text: string | null | undefined): Buffer | null {
  return text === null || text === undefined ? null : Buffer.from(text.slice(2), 'hex');
}

function imagesOf(row: TextRow) {
  return {
    key: bytesOf(row['key']),
    oldKey: bytesOf(row['old_key']),
    before: bytesOf(row['before']),
    after: bytesOf(row['after']),
  };
}

const versions = new Map<string, TableVersion>();

function versionOf(fingerprint: string): TableVersion {
  const known = versions.get(fingerprint) ?? tableVersion(JSON.parse(fingerprint));
  versions.set(fingerprint, known);
  return known;
}

function storedOf(row: TextRow): StoredChange {
  const table = versionOf(row['fingerprint'] ?? '');
  const change: RowChange = {
    tag: 'row',
    op: row['op'] as RowOperation,
    table,
    ...imagesOf(row),
    cascades: row['cascades'] === 'true',
  };
  return { id: row['id'] ?? '', change };
}
