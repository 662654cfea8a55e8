import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { FRAME_BYTES, frameEnd } from '../../src/postgres/copy-out.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';

let session: PostgresSession;
let close: () => Promise<void>;

beforeAll(async () => {
  const server = await startServer('postgres');
  const database = await freshDatabase(server, 'copyout');
  session = await connectPostgres({ url: database.url, pipeline: 'shop' });
  close = async () => {
    await session.close();
    await database.drop();
    await server.stop();
  };
});
afterAll(() => close());

/** Lines of a COPY, out of their frames. */
async function lines(select: string): Promise<readonly string[]> {
  const found: string[] = [];
  await session.copyOut(`COPY (${select}) TO STDOUT`, (bytes, start, end, rows) => {
    let at = start;
    for (let row = 0; row < rows; row++) {
      const next = frameEnd(bytes, at);
      found.push(bytes.toString('utf8', at + FRAME_BYTES, next));
      at = next;
    }
    expect(at).toBe(end);
  });
  return found;
}

test('rows of any length come whole and in order, those longer than what a socket gives at once as well', async () => {
  const lengths = [0, 1, 65_530, 65_531, 65_536, 200_000, 3_000_000, 7];
  const select = `SELECT repeat('x', n), o FROM unnest(ARRAY[${lengths}]) WITH ORDINALITY AS t(n, o) ORDER BY o`;
  expect(await lines(select)).toEqual(lengths.map((length, i) => `${'x'.repeat(length)}\t${i + 1}\n`));
  expect(await lines('SELECT n FROM generate_series(1, 50000) n')).toHaveLength(50_000);
  expect(await lines('SELECT 1 WHERE false')).toEqual([]);
});

test('whatever ends a COPY, the session goes on with the next statement', async () => {
  await expect(lines('SELECT 1 / (3000 - n) FROM generate_series(1, 5000) n')).rejects.toMatchObject({
    sqlstate: '22012',
  });
  expect((await session.query('SELECT 1 AS one')).rows).toEqual([{ one: '1' }]);
  await expect(lines('SELECT nothing')).rejects.toMatchObject({ sqlstate: '42703' });
  const failing = session.copyOut('COPY (SELECT n FROM generate_series(1, 5000) n) TO STDOUT', () => {
    throw new RangeError('enough');
  });
  await expect(failing).rejects.toThrow('enough');
  expect(await lines('SELECT 2')).toEqual(['2\n']);
});

test('notices do not stand between rows', async () => {
  await session.query(`CREATE FUNCTION told(n int) RETURNS int LANGUAGE plpgsql AS
    $$BEGIN RAISE NOTICE 'row %', n; RETURN n; END$$`);
  const found = await lines('SELECT told(n) FROM generate_series(1, 300) n');
  expect(found).toEqual(Array.from({ length: 300 }, (_, i) => `${i + 1}\n`));
});

test('a server that goes away in the middle of a COPY ends it', async () => {
  const { rows } = await session.query('SELECT pg_backend_pid() AS pid');
  const ending = lines(
    `SELECT CASE WHEN n = 20000 THEN pg_terminate_backend(${rows[0]?.['pid']})::text END FROM generate_series(1, 40000) n`,
  );
  await expect(ending).rejects.toMatchObject({ disposition: 'retry' });
});
