/** The first law through the product's own readers: snapshot pages against every image and key of the stream. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RowChange } from '../../src/contract/change.ts';
import { readCatalogue } from '../../src/mysql/catalogue.ts';
import { type Bound, WHOLE } from '../../src/mysql/key-order.ts';
import { readPages } from '../../src/mysql/raw-rows.ts';
import { type ReadableTable, readableTable, selectRange } from '../../src/mysql/readable-table.ts';
import { startServer } from '../../src/servers/server.ts';
import { planChunk } from '../../src/snapshot/chunk-read.ts';
import { Source } from '../binlog/source.ts';
import type { Sample } from './law.ts';

/** A row as bytes: its image and its key, in latin1 so that a difference can be read. */
type Row = readonly [image: string, key: string];

const text = (bytes: Uint8Array | null) => (bytes === null ? '' : Buffer.from(bytes).toString('latin1'));

/** Keys of a column `c` beside a number `id`; the length of a prefix where the type needs one. */
const KEYS = {
  primary: (c: string, prefix: string) => `id int NOT NULL, c ${c} NOT NULL, PRIMARY KEY (c${prefix})`,
  composite: (c: string, prefix: string) => `id int NOT NULL, c ${c} NOT NULL, PRIMARY KEY (c${prefix}, id)`,
  unique: (c: string, prefix: string) => `id int NOT NULL, c ${c} NOT NULL, UNIQUE (id, c${prefix})`,
};

export function imageSuite(kind: 'mysql' | 'mariadb', samples: readonly Sample[]): void {
  let source: Source;

  beforeAll(async () => {
    source = await Source.open(await startServer(kind));
    await source.run("SET NAMES utf8mb4, time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'");
  });
  afterAll(() => source.close());

  const load = async (): Promise<ReadableTable> => {
    const [found] = await readCatalogue(source.session, { databases: [source.database], tables: ['t'] });
    return found ? readableTable(found) : expect.unreachable();
  };

  const selected = async (table: ReadableTable, sql = selectRange(table, WHOLE)): Promise<Row[]> => {
    const rows: Row[] = [];
    for await (const { bytes, bounds } of readPages(source.session, sql, table.layout))
      for (let i = 0; i < bounds.length; i += 4) {
        const [start, end, keyStart = -1, keyEnd] = bounds.slice(i, i + 4);
        rows.push([text(bytes.subarray(start, end)), keyStart < 0 ? '' : text(bytes.subarray(keyStart, keyEnd))]);
      }
    return rows.sort();
  };

  /** Row changes that statements leave in the stream, each with the rows of the table before and after them. */
  const changed = async (table: ReadableTable, ...statements: readonly string[]) => {
    const from = await source.head();
    const before = await selected(table);
    await source.run(...statements);
    const after = await selected(table);
    const changes = (await source.read({ from })).filter((change): change is RowChange => change.tag === 'row');
    for (const change of changes) expect(change.table.fingerprint).toBe(table.version.fingerprint);
    return { before, after, changes };
  };

  const fresh = async (columns: string): Promise<ReadableTable> => {
    await source.run('DROP TABLE IF EXISTS t', `CREATE TABLE t (${columns})`);
    return await load();
  };

  test.each(samples)(
    'in a value every image of the stream is what the snapshot reads: $column',
    async ({ column, values }) => {
      const table = await fresh(`id int PRIMARY KEY, c ${column}, n int`);
      const rows = values.map((value, i) => `(${i}, ${value}, 0)`);
      const inserted = await changed(table, `INSERT INTO t VALUES ${rows.join()}`);
      expect(afters(inserted.changes)).toEqual(inserted.after);
      const touched = await changed(table, 'UPDATE t SET n = 1');
      expect(befores(touched.changes)).toEqual(touched.before);
      expect(afters(touched.changes)).toEqual(touched.after);
      const moved = await changed(table, 'UPDATE t JOIN t s ON s.id = t.id + 1 SET t.id = t.id + 100000, t.c = s.c');
      const left = new Set(moved.after.map(String));
      const gone = moved.before.filter((row) => !left.has(String(row)));
      expect(befores(moved.changes)).toEqual(gone);
      const deleted = await changed(table, 'DELETE FROM t');
      expect(befores(deleted.changes)).toEqual(deleted.before);
      expect(deleted.after).toEqual([]);
    },
  );

  const keyed = samples.filter(({ column }) => isKeyable(column));

  test.each(keyed)('in a key it finds its row, and chunks cover it once: $column', async ({ column, values }) => {
    for (const columns of Object.values(KEYS)) {
      const table = await fresh(columns(column, prefixOf(column)));
      const rows = values.filter((value) => value !== 'NULL').map((value, i) => `(${i}, ${value})`);
      const inserted = await changed(table, `INSERT IGNORE INTO t VALUES ${rows.join()}`);
      expect(afters(inserted.changes)).toEqual(inserted.after);
      const chunks = await chunked(table, 7);
      expect(chunks.sort()).toEqual(inserted.after);
      const deleted = await changed(table, 'DELETE FROM t');
      expect(befores(deleted.changes)).toEqual(deleted.before);
    }
  });

  async function chunked(table: ReadableTable, rows: number): Promise<Row[]> {
    const { order } = table;
    if (!order) return await selected(table);
    const found: Row[] = [];
    let lower: Bound | null = null;
    do {
      const range = { lower, upper: null };
      const upper: Bound | null = await planChunk(source.session, table, { order, range, rows });
      found.push(...(await selected(table, selectRange(table, { lower, upper }))));
      lower = upper;
    } while (lower !== null);
    return found;
  }
}

function befores(changes: readonly RowChange[]): Row[] {
  return changes.map(({ before, oldKey, key }): Row => [text(before), text(oldKey ?? key)]).sort();
}

function afters(changes: readonly RowChange[]): Row[] {
  return changes.map(({ after, key }): Row => [text(after), text(key)]).sort();
}

function isKeyable(column: string): boolean {
  return !/JSON|GEOMETRY|POINT|VECTOR|COMPRESSED| NULL$|YEAR\(2\)/.test(column);
}

function prefixOf(column: string): string {
  return /TEXT|BLOB|CHAR\(\d{3,}\)|BINARY\(\d{3,}\)/.test(column) ? '(20)' : '';
}

const SLICE_VALUES = 20;

/** The first column of each name of a type, with its first values: all of them are for the long runs. */
export function sliceOf(samples: readonly Sample[], names?: readonly string[]): readonly Sample[] {
  const byName = Map.groupBy(samples, ({ column }) => /^[A-Z]+/.exec(column)?.[0] ?? column);
  const wanted = names ?? [...byName.keys()];
  return wanted.map((name) => {
    const [first] = byName.get(name) ?? [];
    if (first === undefined) throw new Error(`no sample of ${name}`);
    return { column: first.column, values: first.values.slice(0, SLICE_VALUES) };
  });
}

/** What every run has; test/ci has a column of each name, test/long all. */
export const FEW = ['VARCHAR', 'DATETIME'];
