/** The three laws of types.md over columns of a real source: one table per type, read from the binlog and by SELECT. */
import { isDeepStrictEqual } from 'node:util';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { AvroReader } from '../../src/avro/reader.ts';
import { AvroWriter } from '../../src/avro/writer.ts';
import type { AvroSchema, ColumnCodec } from '../../src/column/codec.ts';
import { columnTypeOf } from '../../src/column/describe.ts';
import { codecOf } from '../../src/column/family.ts';
import { columnTypeOfWire } from '../../src/column/wire-type.ts';
import type { ColumnType } from '../../src/contract/table.ts';
import { plainType } from '../avro/plain-reader.ts';
import { binlogEnd, type InsertedRows, insertedSince } from './binlog-rows.ts';

/** A column to try: its definition and SQL expressions of its values. */
export interface Sample {
  readonly column: string;
  readonly values: readonly string[];
}

export interface Specimen {
  readonly sample: Sample;
  readonly type: ColumnType;
  /** COLUMN_TYPE of the catalogue. */
  readonly columnType: string;
  readonly codec: ColumnCodec;
  readonly fromBinlog: readonly (Buffer | null)[];
  readonly fromQuery: readonly (Buffer | null)[];
}

/** Inserts all samples (no strict mode, so that whatever a server can hold is held) and reads them in both ways. */
export async function specimens(url: string, samples: readonly Sample[]): Promise<Specimen[]> {
  const server = await open(url);
  try {
    const start = await binlogEnd(server);
    for (const [i, sample] of samples.entries()) await insert(server, `law_${i}`, sample);
    const rows = await insertedSince(await open(url), start, await charsetsOf(server));
    // Other test files fill tables of these names at the same time.
    const database = new URL(url).pathname.slice(1);
    const found: Specimen[] = [];
    for (const [i, sample] of samples.entries()) {
      const name = `law_${i}`;
      found.push(
        await specimen(
          server,
          sample,
          name,
          rows.filter((event) => event.table.database === database && event.table.name === name),
        ),
      );
    }
    return found;
  } finally {
    server.destroy();
  }
}

async function open(url: string): Promise<Connection> {
  const connection = await mysql.createConnection({ uri: url, charset: 'utf8mb4_bin', multipleStatements: true });
  await connection.query("SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'");
  return connection;
}

async function charsetsOf(server: Connection): Promise<Map<number, string>> {
  const [rows] = await server.query<RowDataPacket[]>({
    sql: 'SELECT id, character_set_name FROM information_schema.collations WHERE id IS NOT NULL',
    rowsAsArray: true,
  });
  return new Map(rows.map((row) => [Number(row[0]), String(row[1])]));
}

async function insert(server: Connection, name: string, { column, values }: Sample): Promise<void> {
  await server.query(`CREATE TABLE ${name} (id INT AUTO_INCREMENT PRIMARY KEY, c ${column})`);
  for (let i = 0; i < values.length; i += 500) {
    const rows = values.slice(i, i + 500).map((value) => `(${value})`);
    await server.query(`INSERT INTO ${name} (c) VALUES ${rows.join()}`);
  }
}

async function specimen(server: Connection, sample: Sample, name: string, events: InsertedRows[]): Promise<Specimen> {
  const [[described]] = await server.query<RowDataPacket[]>(
    `SELECT column_type AS t, character_set_name AS c FROM information_schema.columns
      WHERE table_schema = database() AND table_name = '${name}' AND column_name = 'c'`,
  );
  const columnType = String(described?.['t']);
  const type = columnTypeOf(columnType, described?.['c'] ?? null);
  const codec = codecOf(type);
  const fromBinlog = events.flatMap((event) => binlogValues(event, codec, type));
  return { sample, type, columnType, codec, fromBinlog, fromQuery: await queryValues(server, name, codec) };
}

function binlogValues({ table, rows }: InsertedRows, codec: ColumnCodec, type: ColumnType): (Buffer | null)[] {
  const [, wire] = table.wires;
  const [, metadata] = table.metadata;
  if (!wire || !metadata) throw new Error('no second column');
  const fromWire = columnTypeOfWire(wire, metadata, type);
  if (!isDeepStrictEqual(fromWire, type))
    throw new Error(`the event says ${JSON.stringify(fromWire)}, the catalogue ${JSON.stringify(type)}`);
  const decode = codec.binlog(wire);
  const cell = new AvroReader().over(rows);
  const values: (Buffer | null)[] = [];
  const out = new AvroWriter(16);
  while (cell.position < rows.length) {
    const nulls = cell.byte();
    cell.skip(4);
    out.reset();
    if (nulls & 2) values.push(null);
    else {
      decode(cell, out);
      values.push(out.take());
    }
  }
  return values;
}

async function queryValues(server: Connection, name: string, codec: ColumnCodec): Promise<(Buffer | null)[]> {
  const [rows] = await server.query<RowDataPacket[]>({
    sql: `SELECT ${codec.select('`c`')} FROM ${name} ORDER BY id`,
    rowsAsArray: true,
    typeCast: (field) => field.buffer(),
  });
  const out = new AvroWriter(16);
  return rows.map((row) => {
    const bytes: Buffer | null = row[0];
    if (bytes === null) return null;
    out.reset();
    codec.query(bytes, 0, bytes.length, out);
    return out.take();
  });
}

/** Writes a value of a schema anew by avsc. */
export function throughAvsc(avro: AvroSchema): (bytes: Buffer) => Buffer {
  const type = plainType(JSON.stringify(avro));
  return (bytes) => type.toBuffer(type.fromBuffer(bytes));
}
