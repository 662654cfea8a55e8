import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/avro/byte-writer.ts';
import { AvroWriter } from '../../src/avro/writer.ts';
import { codecOf } from '../../src/column/family.ts';
import { tableVersion } from '../../src/contract/table.ts';
import { writeFrame } from '../../src/postgres/copy-out.ts';
import { compareLines } from '../../src/verify/compare-lines.ts';
import { RowPrint } from '../../src/verify/row-print.ts';

const INT = { kind: 'integer', bytes: 4, unsigned: false } as const;
const TEXT = { kind: 'text', charset: 'utf8mb4' } as const;
const COLUMNS = [
  { name: 'id', type: INT, nullable: false },
  { name: 'c', type: TEXT, nullable: false },
];
const version = tableVersion({ database: 'd', table: 't', columns: COLUMNS, key: [0], uniques: [], cascades: [] });
const common = { policy: { nul: 'refuse', zeroDate: 'null' }, isOfOwnType: false } as const;
const compared = COLUMNS.map(({ name, type }, index) => ({
  ...{ ...common, index, name, type, codec: codecOf(type) },
  ...{ targetName: name, targetType: index === 0 ? 'integer' : 'text' },
}));
const print = new RowPrint({
  held: { table: version, codecs: COLUMNS.map(({ type }) => codecOf(type)) },
  compared,
  key: { places: [0], forms: null },
});

type Row = readonly [id: number, text: string];

function record(write: (out: AvroWriter) => void): Buffer {
  const out = new AvroWriter(64);
  write(out);
  return out.take();
}

function sourceOf(rows: readonly Row[]) {
  const images = rows.map(([id, text]) =>
    record((out) => {
      out.long(id);
      out.string(text);
    }),
  );
  const out = new ByteWriter();
  for (const image of images) print.line(out, image);
  const key = (row: number) => record((key) => key.long(rows[row]?.[0] ?? 0));
  return {
    rows: rows.length,
    text: out.take(),
    image: (row: number) => images[row] as Buffer,
    key,
    lastSent: () => '',
  };
}

function targetOf(rows: readonly Row[]) {
  const lines = rows.map(([id, text]) => {
    const line = Buffer.from(`.....${id}\t${text}\n`);
    writeFrame(line, 0, line.length);
    return line;
  });
  return { rows: rows.length, text: Buffer.concat(lines) };
}

function told(source: readonly Row[], target: readonly Row[]): readonly string[] {
  const kind = (one: { source: unknown; target: unknown }) =>
    one.source === null ? 'extra' : one.target === null ? 'missing' : 'different';
  return compareLines(print, sourceOf(source), targetOf(target))
    .map((one) => `${kind(one)} ${one.key} ${one.target?.[1] ?? ''}`.trim())
    .sort();
}

test('a second row of one key on the target is one too many, wherever other rows differ', () => {
  const source: readonly Row[] = [
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ];
  expect(told(source, source)).toEqual([]);
  const twice: readonly Row[] = [
    [1, 'x'],
    [2, 'b'],
    [2, 'b'],
    [3, 'y'],
  ];
  expect(told(source, twice)).toEqual(['different 1 x', 'different 3 y', 'extra 2 b']);
  const other: readonly Row[] = [
    [1, 'x'],
    [2, 'b'],
    [2, 'other'],
    [3, 'y'],
  ];
  expect(told(source, other)).toEqual(['different 1 x', 'different 3 y', 'extra 2 other']);
  const first: readonly Row[] = [
    [1, 'a'],
    [2, 'other'],
    [2, 'b'],
    [3, 'c'],
  ];
  expect(told(source, first)).toEqual(['extra 2 other']);
});
