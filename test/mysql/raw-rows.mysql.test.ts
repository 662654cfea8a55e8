import { afterAll, beforeAll, expect, test } from 'vitest';
import { AvroReader } from '../../src/avro/reader.ts';
import { type RawLayout, readPages } from '../../src/mysql/raw-rows.ts';
import { stateOfThread } from '../../src/mysql/thread.ts';
import { type TestSource, testSource } from './source.ts';

let source: TestSource;

beforeAll(async () => {
  source = await testSource('mysql', 'raw');
  await source.connection.run('CREATE TABLE t (a INT PRIMARY KEY, b LONGTEXT NULL, c VARCHAR(20) NOT NULL)');
});
afterAll(() => source[Symbol.asyncDispose]());

const text: RawLayout['columns'][number]['query'] = (bytes, start, end, out) => out.slice(bytes, start, end);
const layout = (key: readonly number[]): RawLayout => ({
  columns: [
    { nullable: false, query: text },
    { nullable: true, query: text },
    { nullable: false, query: text },
  ],
  key,
});

const fill = async (rows: readonly (readonly [number, string | null, string])[]) => {
  await source.connection.run('DELETE FROM t');
  await source.connection.run('INSERT INTO t VALUES ?', [rows]);
};

const read = async (key: readonly number[], pageBytes: number): Promise<string[][]> => {
  const rows: string[][] = [];
  for await (const page of readPages(source.connection, 'SELECT * FROM t ORDER BY a', layout(key), { pageBytes })) {
    for (let row = 0; row < page.rows; row++) {
      const [start, end, keyStart = 0, keyEnd] = page.bounds.slice(row * 4, row * 4 + 4);
      const value = new AvroReader().over(page.bytes, start, end);
      const cells = [value.string(), value.long() === 0 ? 'NULL' : value.string(), value.string()];
      expect(value.position).toBe(end);
      if (keyStart >= 0) {
        const part = new AvroReader().over(page.bytes, keyStart, keyEnd);
        for (const index of key) expect(part.string()).toBe(cells[index]);
        expect(part.position).toBe(keyEnd);
      }
      rows.push(cells);
    }
  }
  return rows;
};

test('cells of every length, NULL and empty ones come through, in pages of any size', async () => {
  const lengths = [0, 1, 250, 251, 252, 65_535, 65_536, 70_000, 300_000];
  await fill([...lengths.map((length, i) => [i, 'x'.repeat(length), `c${i}`] as const), [99, null, '']]);
  const expected = [...lengths.map((length, i) => [String(i), 'x'.repeat(length), `c${i}`]), ['99', 'NULL', '']];
  for (const pageBytes of [1, 1000, 1_000_000]) expect(await read([0], pageBytes)).toEqual(expected);
});

test('a row of more than 16 MiB, which takes several packets, comes through', async () => {
  const { max } = await source.connection.row('SELECT @@max_allowed_packet AS max');
  expect(Number(max)).toBeGreaterThan(20_000_000);
  await fill([[1, 'y'.repeat(20_000_000), 'end']]);
  const [row] = await read([0], 1000);
  expect([row?.[1]?.length, row?.[2]]).toEqual([20_000_000, 'end']);
});

test("a key is cut out of the row wherever its columns stand, in the key's order", async () => {
  await fill([
    [1, 'one', 'x'],
    [2, 'two', 'y'],
  ]);
  for (const key of [[], [0], [2, 0], [0, 2], [2]]) expect(await read(key, 1000)).toHaveLength(2);
});

test('a consumer that is slow holds the socket, not the rows', async () => {
  await fill(Array.from({ length: 100 }, (_, i) => [i, null, 'c'] as const));
  // More than the kernel's buffers of both ends hold.
  const select = "SELECT a, REPEAT('z', 1000000), c FROM t";
  await using other = await testSource('mysql', 'raw_other');
  const state = () => stateOfThread(other.connection, source.connection.threadId);
  let rows = 0;
  for await (const page of readPages(source.connection, select, layout([0]), { pageBytes: 50_000 })) {
    if (rows === 0) await new Promise((resolve) => setTimeout(resolve, 300));
    if (rows === 0) expect(await state()).toBe('works');
    rows += page.rows;
  }
  expect(rows).toBe(100);
  // The server looks at its own end a moment after the last row has arrived.
  await expect.poll(state).toBe('listens');
});

test('a decoder that fails ends the read with its error, and the connection goes on', async () => {
  await fill([[1, null, 'x']]);
  const never = { columns: layout([0]).columns.map((column) => ({ ...column, nullable: false })), key: [0] };
  const pages = async () => {
    for await (const page of readPages(source.connection, 'SELECT * FROM t', never)) expect(page.rows).toBe(0);
  };
  await expect(pages()).rejects.toThrow('NULL in column 2');
  expect(await source.connection.row('SELECT 1 AS one')).toEqual({ one: '1' });
});

test('a statement that fails ends the read with a code', async () => {
  const pages = async () => {
    for await (const page of readPages(source.connection, 'SELECT * FROM nothing', layout([0])))
      expect(page).toBeNull();
  };
  await expect(pages()).rejects.toMatchObject({ code: 'SOURCE_TABLE_CHANGED' });
});
