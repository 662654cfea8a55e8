import { createHash } from 'node:crypto';
import { AvroReader } from '../avro/reader.ts';
import { STRICT_POLICY } from '../column/codec.ts';
import { codecOf } from '../column/family.ts';
import { rowJson } from '../column/row-json.ts';
import type { RowChange, RowOperation } from '../contract/change.ts';
import type { QuarantinedChange, QuarantinedDetail } from '../contract/quarantine.ts';
import type { Origin, Reason, StoredChange } from '../contract/set-aside.ts';
import { type Column, type TableVersion, tableVersion } from '../contract/table.ts';
import type { MysqlConnection, Row } from '../mysql/connection.ts';
import { ourTable } from './bookkeeping.ts';
import type { CheckpointPlace } from './checkpoint.ts';
import { Waiting } from './waiting.ts';

const IMAGES = 'HEX(`key`) AS `key`, HEX(old_key) AS old_key, HEX(`before`) AS `before`, HEX(`after`) AS `after`';

/** Our table of changes set aside, written in the transaction that would have applied them, in source order: ids grow. */
export class QuarantineStore {
  readonly waiting = new Waiting();
  readonly #connection: MysqlConnection;
  readonly #place: CheckpointPlace;
  readonly #versions = new Set<string>();
  #lastId = 0n;
  #count = 0;

  constructor(connection: MysqlConnection, place: CheckpointPlace) {
    this.#connection = connection;
    this.#place = place;
  }

  /** How many wait. */
  get count(): number {
    return this.#count;
  }

  /** Reads who waits: at the start, and after a rollback. */
  async load(): Promise<void> {
    const { database, pipeline } = this.#place;
    this.waiting.clear();
    this.#versions.clear();
    const last = await this.#connection.row(
      `SELECT COALESCE(MAX(id), 0) AS id FROM ${ourTable(database, 'reverse_quarantine')} WHERE pipeline = ?`,
      [pipeline],
    );
    this.#lastId = BigInt(last['id'] ?? '0');
    const waiting = await this.#read();
    this.#count = waiting.length;
    for (const { id, behind, change } of waiting) this.waiting.add(change, behind ?? id);
  }

  /** Stores the change whole. */
  async setAside(change: RowChange, why: Reason, origin: Origin): Promise<void> {
    const { database, pipeline } = this.#place;
    const id = String(++this.#lastId);
    const { table, op, key, oldKey, before, after } = change;
    await this.#connection.run(
      `INSERT INTO ${ourTable(database, 'reverse_quarantine')} (pipeline, id, \`database\`, \`table\`, version, op, \`key\`,
         old_key, \`before\`, \`after\`, reason, message, behind, epoch, position, state, set_aside_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', UTC_TIMESTAMP(3))`,
      [
        ...[pipeline, id, table.database, table.table, await this.#version(table), op, key, oldKey, before, after],
        ...[why.reason, why.message, why.behind, origin.epoch, origin.position],
      ],
    );
    this.#count++;
    this.waiting.add(change, why.behind ?? id);
  }

  async #version({ fingerprint }: TableVersion): Promise<string> {
    const { database, pipeline } = this.#place;
    const id = createHash('sha256').update(fingerprint).digest('hex').slice(0, 32);
    if (this.#versions.has(id)) return id;
    await this.#connection.run(
      `INSERT IGNORE INTO ${ourTable(database, 'reverse_version')} (pipeline, id, fingerprint) VALUES (?, ?, ?)`,
      [pipeline, id, fingerprint],
    );
    this.#versions.add(id);
    return id;
  }

  /** Changes that wait, in order: all, or one head with what waits behind it. */
  async stored(head: string | 'all'): Promise<readonly StoredChange[]> {
    const all = await this.#read();
    return head === 'all' ? all : all.filter(({ id, behind }) => (behind ?? id) === head);
  }

  async list(): Promise<readonly QuarantinedChange[]> {
    const { database, pipeline } = this.#place;
    const rows = await this.#connection.rows(
      `SELECT id, reason, message, behind, position,
         TIMESTAMPDIFF(MICROSECOND, '1970-01-01', set_aside_at) DIV 1000 AS at_ms
       FROM ${ourTable(database, 'reverse_quarantine')} WHERE pipeline = ? AND state = 'waiting' ORDER BY id`,
      [pipeline],
    );
    const changes = new Map((await this.#read()).map(({ id, change }) => [id, change]));
    return rows.flatMap((row): QuarantinedChange[] => {
      const id = row['id'] ?? '';
      const change = changes.get(id);
      return change ? [{ id, ...describe(change), ...whyOf(row) }] : [];
    });
  }

  /** The change with its images as JSON text; null: none of this id waits. */
  async show(id: string): Promise<QuarantinedDetail | null> {
    const found = (await this.list()).find((one) => one.id === id);
    const stored = (await this.#read()).find((one) => one.id === id);
    if (found === undefined || stored === undefined) return null;
    const { table, before, after } = stored.change;
    const json = (image: Uint8Array | null) => (image === null ? null : rowJson(table, image));
    return { ...found, before: json(before), after: json(after) };
  }

  /** The change that this one waits behind, or itself; null: none of this id waits. */
  async headOf(id: string): Promise<string | null> {
    const found = (await this.#read()).find((one) => one.id === id);
    return found === undefined ? null : (found.behind ?? id);
  }

  async settle(ids: readonly string[], state: 'applied' | 'dropped'): Promise<void> {
    const { database, pipeline } = this.#place;
    if (ids.length === 0) return;
    await this.#connection.run(
      `UPDATE ${ourTable(database, 'reverse_quarantine')} SET state = ? WHERE pipeline = ? AND id IN (?)`,
      [state, pipeline, ids],
    );
  }

  /** The table was emptied: what waits of it is moot. */
  async supersede(table: TableVersion): Promise<void> {
    const { database, pipeline } = this.#place;
    const isMoot = "WHERE pipeline = ? AND `database` = ? AND `table` = ? AND state = 'waiting'";
    const values = [pipeline, table.database, table.table];
    const quarantine = ourTable(database, 'reverse_quarantine');
    const { moot } = await this.#connection.row(`SELECT COUNT(*) AS moot FROM ${quarantine} ${isMoot}`, values);
    await this.#connection.run(`UPDATE ${quarantine} SET state = 'superseded' ${isMoot}`, values);
    this.#count -= Number(moot);
    this.waiting.forget(table);
  }

  async #read(): Promise<readonly (StoredChange & { readonly behind: string | null })[]> {
    const { database, pipeline } = this.#place;
    const rows = await this.#connection.rows(
      `SELECT q.id, q.op, q.behind, ${IMAGES}, v.fingerprint FROM ${ourTable(database, 'reverse_quarantine')} q
       JOIN ${ourTable(database, 'reverse_version')} v ON v.pipeline = q.pipeline AND v.id = q.version
       WHERE q.pipeline = ? AND q.state = 'waiting' ORDER BY q.id`,
      [pipeline],
    );
    return rows.map((row) => ({ id: row['id'] ?? '', behind: row['behind'] ?? null, change: changeOf(row) }));
  }
}

/** Names as the source has them: it is the target of this way. */
function describe(change: RowChange): Pick<QuarantinedChange, 'table' | 'op' | 'key'> {
  const { database, table } = change.table;
  return { table: `${database}.${table}`, op: change.op, key: change.key && keyText(change.table, change.key) };
}

function keyText(table: TableVersion, key: Uint8Array): string {
  const reader = new AvroReader().over(key);
  const values = table.key.map((index): [string, string | null] => {
    const { name, type, nullable } = table.columns[index] as Column;
    const codec = codecOf(type);
    if (nullable && reader.byte() === 0) return [name, null];
    return [name, codec.canonicalSource(reader, codec.target({ columnType: '' }), STRICT_POLICY)];
  });
  return JSON.stringify(Object.fromEntries(values));
}

function whyOf(row: Row): Pick<QuarantinedChange, 'reason' | 'message' | 'position' | 'setAsideAtMs' | 'behind'> {
  return {
    reason: row['reason'] ?? '',
    message: row['message'] ?? '',
    position: row['position'] ?? '',
    setAsideAtMs: Number(row['at_ms']),
    behind: row['behind'] ?? null,
  };
}

function changeOf(row: Row): RowChange {
  return {
    tag: 'row',
    op: row['op'] as RowOperation,
    table: tableVersion(JSON.parse(row['fingerprint'] ?? '')),
    key: bytesOf(row['key']),
    oldKey: bytesOf(row['old_key']),
    before: bytesOf(row['before']),
    after: bytesOf(row['after']),
    cascades: false,
  };
}

function bytesOf(hex: string | null | undefined): Buffer | null {
  return hex === null || hex === undefined ? null : Buffer.from(hex, 'hex');
}
