import { AvroWriter } from '../avro/writer.ts';
import type { Begin } from '../contract/change.ts';
import type { TableVersion } from '../contract/table.ts';

/** What is the same for every record of a pipeline. */
export interface SourceIdentity {
  /** sluice's version. */
  readonly version: string;
  readonly connector: 'mysql' | 'mariadb' | 'postgresql';
  /** The topic prefix. */
  readonly name: string;
}

/** The encoded source block of one table in one transaction, cut where the row number stands (schemas/source.avsc). */
export interface SourceBlock {
  readonly beforeRow: Buffer;
  readonly afterRow: Buffer;
}

/** `begin` is null for snapshot rows; `nowUs` is then their time. */
export function sourceBlock(id: SourceIdentity, table: TableVersion, begin: Begin | null, nowUs: bigint): SourceBlock {
  const out = new AvroWriter(256);
  const timeUs = begin?.committedAtUs ?? nowUs;
  out.string(id.version);
  out.string(id.connector);
  out.string(id.name);
  out.bigLong(timeUs / 1000n);
  out.long(0);
  out.string(begin ? 'false' : 'true');
  out.string(table.database);
  out.long(0);
  optionalLong(out, timeUs);
  optionalLong(out, timeUs * 1000n);
  optionalString(out, table.table);
  // The numeric server id is not known per transaction: Debezium's own value for "unknown" is 0.
  out.long(0);
  optionalString(out, begin?.gtid ?? null);
  out.string(begin?.coordinate?.file ?? '');
  out.long(begin?.coordinate?.offset ?? 0);
  return { beforeRow: out.take(), afterRow: AFTER_ROW };
}

/** thread and query: null. */
const AFTER_ROW = Buffer.of(0, 0);

function optionalLong(out: AvroWriter, value: bigint): void {
  out.long(1);
  out.bigLong(value);
}

function optionalString(out: AvroWriter, value: string | null): void {
  if (value === null) {
    out.long(0);
    return;
  }
  out.long(1);
  out.string(value);
}

/** The end of an envelope: transaction (null), op, ts_ms, ts_us, ts_ns. */
export function tailBlock(op: string, nowUs: bigint): Buffer {
  const out = new AvroWriter(64);
  out.long(0);
  out.string(op);
  optionalLong(out, nowUs / 1000n);
  optionalLong(out, nowUs);
  optionalLong(out, nowUs * 1000n);
  return out.take();
}
