import { expect, test } from 'vitest';
import { EventCursor } from '../../src/binlog/event-cursor.ts';
import { RowDecoder } from '../../src/binlog/row-decoder.ts';
import { ROWS_FORMS, RowsReader } from '../../src/binlog/rows-event.ts';
import type { RowChange } from '../../src/contract/change.ts';
import { type Column, tableVersion } from '../../src/contract/table.ts';
import { plain } from './source.ts';

const TINY = { kind: 'integer', bytes: 1, unsigned: false } as const;
const WIRE = { code: 1, meta: 0 };

/** Ten columns, so that the bitmaps with and without the computed ones differ in length: `id`, b1..b8, and `s`. */
function table(computed: Partial<Column>) {
  const columns: Column[] = [{ name: 'id', type: TINY, nullable: false }];
  columns.push({ name: 's', type: TINY, nullable: true, ...computed });
  for (let i = 1; i <= 7; i++) columns.push({ name: `b${i}`, type: TINY, nullable: true });
  return tableVersion({ database: 'd', table: 't', columns, key: [0], uniques: [], cascades: [] });
}

const ALL = [0xff, 0x01];
const WITHOUT_S = [0xfd, 0x01];
/** NULL in b7, by the bits of an image of nine columns and of one of eight. */
const FULL_ROW = [0x00, 0x01, 5, 6, 1, 2, 3, 4, 5, 6];
const PARTIAL_ROW = [0x80, 5, 1, 2, 3, 4, 5, 6];

function read(type: number, computed: Partial<Column>, ...body: readonly number[]): RowChange[] {
  const form = ROWS_FORMS.get(type);
  if (!form) throw new Error(`no rows event of type ${type}`);
  const version = table(computed);
  const decoder = new RowDecoder(
    version,
    version.columns.map(() => WIRE),
  );
  const changes: RowChange[] = [];
  const bytes = Buffer.from([0, 0, ...(form.hasExtra ? [2, 0] : []), version.columns.length, ...body]);
  new RowsReader().read(new EventCursor().over(bytes), form, decoder, (change) => changes.push(change));
  return changes;
}

const shown = ({ table: version, before, after, key }: RowChange) => [
  ...[before, after].flatMap((image) => (image === null ? [] : [plain(version, image)])),
  Buffer.from(key ?? []).toString('hex'),
];

const UNLOGGED = { generated: true, unlogged: true };
const REST = 'b1=1 b2=2 b3=3 b4=4 b5=5 b6=6 b7=NULL';

test('a column that the source does not log is NULL in every image, whether the event has it or not', () => {
  const [inserted] = read(23, UNLOGGED, ...ALL, ...FULL_ROW);
  const [updated] = read(24, UNLOGGED, ...WITHOUT_S, ...WITHOUT_S, ...PARTIAL_ROW, ...PARTIAL_ROW);
  const [mixed] = read(24, UNLOGGED, ...WITHOUT_S, ...ALL, ...PARTIAL_ROW, ...FULL_ROW);
  const [deleted] = read(25, UNLOGGED, ...WITHOUT_S, ...PARTIAL_ROW);
  const image = `id=5 s=NULL ${REST}`;
  expect(inserted && shown(inserted)).toEqual([image, '0a']);
  expect(updated && shown(updated)).toEqual([image, image, '0a']);
  expect(mixed && shown(mixed)).toEqual([image, image, '0a']);
  expect(deleted && shown(deleted)).toEqual([image, '0a']);
});

test('an image without any other column, or without a computed one of a server that logs them, is refused', () => {
  const incomplete = /without all of their columns/;
  expect(() => read(25, { generated: true }, ...WITHOUT_S, ...PARTIAL_ROW)).toThrow(incomplete);
  expect(() => read(25, UNLOGGED, 0xfc, 0x01, ...PARTIAL_ROW)).toThrow(incomplete);
  expect(() => read(24, UNLOGGED, ...ALL, 0x7f, 0x01, ...FULL_ROW, ...FULL_ROW)).toThrow(incomplete);
  expect(read(23, { generated: true }, ...ALL, ...FULL_ROW).map(shown)).toEqual([[`id=5 s=6 ${REST}`, '0a']]);
});
