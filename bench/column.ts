/** What one cell costs, by family and by direction: node bench/column.ts [family]. Nanoseconds of CPU, best of five runs. */
import { ByteWriter } from '../src/avro/byte-writer.ts';
import { AvroReader } from '../src/avro/reader.ts';
import { AvroWriter } from '../src/avro/writer.ts';
import { STRICT_POLICY, type WireColumn } from '../src/column/codec.ts';
import { columnTypeOf } from '../src/column/describe.ts';
import { codecOf } from '../src/column/family.ts';

/** A column, a cell of a rows event, and the text of the same value. */
interface Cell {
  readonly columnType: string;
  readonly charset?: string;
  readonly wire: WireColumn;
  readonly cell: Buffer;
  readonly text: string | Buffer;
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const prefixed = (value: Buffer) => Buffer.concat([Buffer.from([value.length]), value]);
const words = Buffer.from('The quick brown fox jumps over 40 bytes.');
const accents = Buffer.from('Grüße aus Köln, schöne Tage.', 'latin1');

const CELLS: readonly Cell[] = [
  { columnType: 'tinyint(1)', wire: { code: 1, meta: 0 }, cell: hex('01'), text: '1' },
  { columnType: 'int', wire: { code: 3, meta: 0 }, cell: hex('15cd5b07'), text: '123456789' },
  { columnType: 'bigint', wire: { code: 8, meta: 0 }, cell: hex('15cd5b0700000000'), text: '123456789' },
  { columnType: 'bigint', wire: { code: 8, meta: 0 }, cell: hex('ffffffffffffff7f'), text: '9223372036854775807' },
  { columnType: 'bigint unsigned', wire: { code: 8, meta: 0 }, cell: hex('15cd5b0700000000'), text: '123456789' },
  { columnType: 'decimal(10,2)', wire: { code: 246, meta: 0x020a }, cell: hex('8000 3039 43'), text: '12345.67' },
  { columnType: 'float', wire: { code: 4, meta: 4 }, cell: hex('cdcccc3d'), text: '0.10000000149011612' },
  { columnType: 'double', wire: { code: 5, meta: 8 }, cell: hex('ae47e17a14aef33f'), text: '1.23' },
  { columnType: 'bit(1)', wire: { code: 16, meta: 1 }, cell: hex('01'), text: hex('01') },
  { columnType: 'varchar(255)', charset: 'utf8mb4', wire: { code: 15, meta: 1020 }, cell: long(words), text: words },
  {
    columnType: 'varchar(200)',
    charset: 'latin1',
    wire: { code: 15, meta: 200 },
    cell: prefixed(accents),
    text: accents,
  },
  { columnType: 'varbinary(200)', wire: { code: 15, meta: 200 }, cell: prefixed(words), text: words },
  {
    columnType: "enum('new','paid','sent')",
    charset: 'utf8mb4',
    wire: { code: 247, meta: 0x01f7 },
    cell: hex('02'),
    text: 'paid',
  },
  {
    columnType: "set('a','bb','ccc')",
    charset: 'utf8mb4',
    wire: { code: 248, meta: 0x01f8 },
    cell: hex('05'),
    text: 'a,ccc',
  },
  { columnType: 'date', wire: { code: 10, meta: 0 }, cell: hex('5dd00f'), text: '2024-02-29' },
  {
    columnType: 'datetime(6)',
    wire: { code: 18, meta: 6 },
    cell: hex('99b27b2da0 0c0a14'),
    text: '2024-02-29 18:54:32.789012',
  },
  { columnType: 'timestamp', wire: { code: 17, meta: 0 }, cell: hex('65e0c5a0'), text: '2024-02-29 17:57:20' },
  { columnType: 'time', wire: { code: 19, meta: 0 }, cell: hex('80a2cd'), text: '10:11:13' },
  { columnType: 'year', wire: { code: 13, meta: 0 }, cell: hex('7c'), text: '2024' },
  {
    columnType: 'json',
    wire: { code: 245, meta: 4 },
    cell: hex('2000 0000 00 0200 1f00 1200 0100 1300 0400 05 0100 0c 1700 61 6e616d65 07 77696467657431'),
    text: '{"a": 1, "name": "widget1"}',
  },
];

function long(value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([value.length & 0xff, value.length >> 8]), value]);
}

const ROUNDS = 400_000;

function nanoseconds(work: (rounds: number) => void): string {
  work(20_000);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const start = process.cpuUsage();
    work(ROUNDS);
    best = Math.min(best, (process.cpuUsage(start).user * 1000) / ROUNDS);
  }
  return best.toFixed(0).padStart(7);
}

function measure({ columnType, charset, wire, cell, text }: Cell): string {
  const codec = codecOf(columnTypeOf(columnType, charset ?? null));
  const decode = codec.binlog(wire);
  const target = codec.target({ columnType });
  const encode = codec.copy(target, STRICT_POLICY);
  if (!encode) throw new Error(`no encoder into ${target}`);
  const bytes = Buffer.from(text);
  const out = new AvroWriter(65_536);
  const copy = new ByteWriter(65_536);
  const reader = new AvroReader();
  codec.query(bytes, 0, bytes.length, out);
  const avro = out.take();
  const times = [
    nanoseconds((rounds) => {
      for (let i = 0; i < rounds; i++) {
        out.position &= 0x7fff;
        reader.over(cell);
        decode(reader, out);
      }
    }),
    nanoseconds((rounds) => {
      for (let i = 0; i < rounds; i++) {
        out.position &= 0x7fff;
        codec.query(bytes, 0, bytes.length, out);
      }
    }),
    nanoseconds((rounds) => {
      for (let i = 0; i < rounds; i++) {
        copy.position &= 0x7fff;
        reader.over(avro);
        encode(reader, copy);
      }
    }),
    nanoseconds((rounds) => {
      for (let i = 0; i < rounds; i++) {
        reader.over(avro);
        codec.skip(reader);
      }
    }),
  ];
  return `${columnType.slice(0, 25).padEnd(26)}${times.join('')}   ${target}`;
}

process.stdout.write(`${'ns per cell'.padEnd(26)} binlog  query   copy   skip   into\n`);
const [, , only = ''] = process.argv;
for (const cell of CELLS) if (cell.columnType.startsWith(only)) process.stdout.write(`${measure(cell)}\n`);
