/** Inserted rows as the binlog has them, byte for byte: what the column tests need of a reader, and no more. */
import { EventEmitter } from 'node:events';
import type { RowDataPacket } from 'mysql2';
import type { Connection as PromiseConnection } from 'mysql2/promise';
import { AvroReader } from '../../src/avro/reader.ts';
import type { WireColumn } from '../../src/column/codec.ts';
import { realCode, WIRE, type WireMetadata } from '../../src/column/wire-type.ts';

export interface EventTable {
  readonly database: string;
  readonly name: string;
  readonly wires: readonly WireColumn[];
  readonly metadata: readonly WireMetadata[];
}

export interface InsertedRows {
  readonly table: EventTable;
  /** Bytes of all rows of one event: for each a NULL bitmap and the cells that are not NULL. */
  readonly rows: Buffer;
}

type State = ((packet: RawPacket) => State | null) | undefined;
interface RawPacket {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
}
type PacketClass = new (id: number, buffer: Buffer, start: number, end: number) => RawPacket;
interface DumpCommand extends EventEmitter {
  /** Called with each packet; what it returns is called with the next one. */
  next: State | null;
}
interface DumpConnection {
  writePacket(packet: RawPacket): void;
  _binlogDump(options: object): DumpCommand;
}

/** Events from `position` of `file` to the end of the binlog; the connection is used up. */
async function events(session: PromiseConnection, file: string, position: number): Promise<Buffer[]> {
  await session.query('SET @master_binlog_checksum = @@global.binlog_checksum, @mariadb_slave_capability = 4');
  const [[sum]] = await session.query<RowDataPacket[]>('SELECT @@global.binlog_checksum AS name');
  const checksumBytes = sum?.['name'] === 'NONE' ? 0 : 4;
  const found: Buffer[] = [];
  const connection = (session as unknown as { connection: DumpConnection }).connection;
  const done = new EventEmitter();
  const read = (packet: RawPacket): State | null => {
    if (packet.buffer[packet.offset] === 0) {
      found.push(Buffer.from(packet.buffer.subarray(packet.offset + 1, packet.end - checksumBytes)));
      return read;
    }
    done.emit('end', packet.buffer[packet.offset]);
    return null;
  };
  const ended = new Promise((resolve) => done.once('end', resolve));
  const write = connection.writePacket.bind(connection);
  connection.writePacket = (packet) => write(dumpPacket(packet.constructor as PacketClass, file, position));
  connection._binlogDump({}).next = read;
  if ((await ended) !== 0xfe) throw new Error('the server refused the binlog dump');
  session.destroy();
  return found;
}

/** COM_BINLOG_DUMP that ends at the end of the binlog. mysql2's own fails on a file name. */
function dumpPacket(Packet: PacketClass, file: string, position: number): RawPacket {
  const body = Buffer.alloc(15);
  body[4] = 0x12;
  body.writeUInt32LE(position, 5);
  body.writeUInt16LE(1, 9);
  body.writeUInt32LE(4242, 11);
  const bytes = Buffer.concat([body, Buffer.from(file)]);
  return new Packet(0, bytes, 0, bytes.length);
}

export async function binlogEnd(connection: PromiseConnection): Promise<{ file: string; position: number }> {
  const [[version]] = await connection.query<RowDataPacket[]>('SELECT version() AS text');
  const statement = String(version?.['text']).includes('MariaDB') ? 'SHOW MASTER STATUS' : 'SHOW BINARY LOG STATUS';
  const [[status]] = await connection.query<RowDataPacket[]>(statement);
  return { file: String(status?.['File']), position: Number(status?.['Position']) };
}

/** All rows inserted into tables since `from`, event by event. */
export async function insertedSince(
  connection: PromiseConnection,
  from: { file: string; position: number },
  charsets: ReadonlyMap<number, string>,
): Promise<InsertedRows[]> {
  const tables = new Map<number, EventTable>();
  const inserted: InsertedRows[] = [];
  for (const event of await events(connection, from.file, from.position)) {
    const type = event[4] as number;
    const id = event.readUIntLE(19, 6);
    if (type === 19) tables.set(id, tableOf(event, charsets));
    if (type !== 30 && type !== 23) continue;
    const table = tables.get(id);
    if (!table) throw new Error('rows event without its table map');
    let at = 27;
    if (type === 30) at += event.readUInt16LE(at);
    const columns = table.wires.length;
    if (event[at] !== columns || columns > 250) throw new Error('not a full row image');
    inserted.push({ table, rows: event.subarray(at + 1 + ((columns + 7) >> 3)) });
  }
  return inserted;
}

function tableOf(event: Buffer, charsets: ReadonlyMap<number, string>): EventTable {
  const reader = new AvroReader().over(event);
  reader.skip(27);
  const database = terminatedName(event, reader);
  const name = terminatedName(event, reader);
  const codes = [...take(reader, packed(reader))];
  const meta = new AvroReader().over(take(reader, packed(reader)));
  const wires = codes.map((code) => ({ code, meta: metaOf(code, meta) }));
  reader.skip((codes.length + 7) >> 3);
  return { database, name, wires, metadata: metadataOf(reader, wires, charsets) };
}

/** A length byte, the name, a zero byte. */
function terminatedName(event: Buffer, reader: AvroReader): string {
  const length = reader.byte();
  const name = event.toString('utf8', reader.position, reader.position + length);
  reader.skip(length + 1);
  return name;
}

function take(reader: AvroReader, count: number): Buffer {
  reader.skip(count);
  return reader.bytes.subarray(reader.position - count, reader.position);
}

/** MySQL's length-encoded integer, up to 24 bits. */
function packed(reader: AvroReader): number {
  const first = reader.byte();
  if (first < 0xfb) return first;
  return first === 0xfc ? take(reader, 2).readUInt16LE() : take(reader, 3).readUIntLE(0, 3);
}

const ONE_BYTE: ReadonlySet<number> = new Set([
  WIRE.float,
  WIRE.double,
  WIRE.timestamp2,
  WIRE.datetime2,
  WIRE.time2,
  WIRE.blob,
  WIRE.blobCompressed,
  WIRE.json,
  WIRE.geometry,
  WIRE.vector,
]);
const TWO_BYTES: ReadonlySet<number> = new Set([
  WIRE.varchar,
  WIRE.bit,
  WIRE.decimal,
  WIRE.enum,
  WIRE.set,
  WIRE.varString,
  WIRE.string,
  WIRE.varcharCompressed,
]);

function metaOf(code: number, meta: AvroReader): number {
  if (ONE_BYTE.has(code)) return meta.byte();
  return TWO_BYTES.has(code) ? meta.byte() | (meta.byte() << 8) : 0;
}

const NUMERIC: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 8, 9, 13, 246]);
const TEXT: ReadonlySet<number> = new Set([15, 140, 141, 252, 253, 254]);

function metadataOf(reader: AvroReader, wires: readonly WireColumn[], charsets: ReadonlyMap<number, string>) {
  const fields = new Map<number, Buffer>();
  while (reader.position < reader.end) fields.set(reader.byte(), take(reader, packed(reader)));
  const codes = wires.map(realCode);
  const where = (isMeant: (code: number) => boolean) => codes.flatMap((code, i) => (isMeant(code) ? [i] : []));
  const signs = fields.get(1) ?? Buffer.alloc(0);
  const unsigned = new Set(
    where((code) => NUMERIC.has(code)).filter((_, i) => ((signs[i >> 3] ?? 0) << (i & 7)) & 0x80),
  );
  const collations = new Map([
    ...collationsOf(
      fields,
      [2, 3],
      where((code) => TEXT.has(code)),
    ),
    ...collationsOf(
      fields,
      [10, 11],
      where((code) => code === WIRE.enum || code === WIRE.set),
    ),
  ]);
  const members = new Map([
    ...membersOf(
      fields.get(5),
      where((code) => code === WIRE.set),
    ),
    ...membersOf(
      fields.get(6),
      where((code) => code === WIRE.enum),
    ),
  ]);
  return wires.map((_, i) => ({
    unsigned: unsigned.has(i),
    charset: charsets.get(collations.get(i) ?? 0) ?? null,
    members: members.get(i) ?? null,
  }));
}

function collationsOf(fields: ReadonlyMap<number, Buffer>, kinds: readonly [number, number], columns: number[]) {
  const found = new Map<number, number>();
  const byDefault = new AvroReader().over(fields.get(kinds[0]) ?? Buffer.alloc(0));
  const each = new AvroReader().over(fields.get(kinds[1]) ?? Buffer.alloc(0));
  if (byDefault.end > 0) {
    const usual = packed(byDefault);
    for (const column of columns) found.set(column, usual);
    while (byDefault.position < byDefault.end) found.set(columns[packed(byDefault)] ?? -1, packed(byDefault));
  }
  for (let i = 0; each.position < each.end; i++) found.set(columns[i] ?? -1, packed(each));
  return found;
}

function membersOf(field: Buffer | undefined, columns: number[]): [number, Buffer[]][] {
  if (!field) return [];
  const reader = new AvroReader().over(field);
  return columns.map((column) => [column, Array.from({ length: packed(reader) }, () => take(reader, packed(reader)))]);
}
