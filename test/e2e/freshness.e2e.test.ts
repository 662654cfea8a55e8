import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPipeline } from '../../src/pipeline/run.ts';
import { type Sides, sidesOf } from '../pipeline/sides.ts';
import { caughtUpSince, type Line, openLine, type RunningLine, startLine } from './line.ts';

const SOON = { timeout: 30_000 };

let line: Line;
let sides: Sides;
let running: RunningLine;

beforeAll(async () => {
  line = await openLine({ source: 'mysql', log: 'embedded', yaml: '' });
  sides = await sidesOf(line);
  await sides.onSource(`CREATE TABLE bill (id int PRIMARY KEY, flag tinyint(1) NOT NULL);
    CREATE TABLE note (id int PRIMARY KEY, text varchar(100));
    INSERT INTO bill VALUES (1, 0), (2, 1); INSERT INTO note VALUES (1, 'one')`);
  running = startLine(line);
  await running.until(caughtUpSince(Date.now()));
});

afterAll(async () => {
  await running.stop();
  await sides.close();
  await line.close();
});

test('what an analyst selects on the target says of each table up to when it is complete (INV-165)', async () => {
  await expect.poll(() => states(), SOON).toEqual({ bill: 'streaming', note: 'streaming' });
  const committedAtMs = Date.now();
  await sides.onSource("INSERT INTO note VALUES (2, 'two')");
  const after = `complete_to > to_timestamp(${committedAtMs + 1_000} / 1000.0)`;
  await expect.poll(() => count(`sluice.freshness WHERE ${after}`), SOON).toBe(2);
  expect(await sides.targetRows('note')).toEqual(['1|one', '2|two']);
  const { rows } = await sides.target.query(
    'SELECT tables, incomplete_tables, complete_to IS NOT NULL AS known FROM sluice.freshness_summary',
  );
  expect(rows).toEqual([{ tables: '2', incomplete_tables: '0', known: 't' }]);
});

test('a table of which changes wait has no such instant, and neither has the whole', async () => {
  await sides.onSource('UPDATE bill SET flag = 2 WHERE id = 1');
  await expect.poll(() => states(), SOON).toEqual({ bill: 'behind', note: 'streaming' });
  expect(await count('sluice.freshness_summary WHERE complete_to IS NULL AND incomplete_tables = 1')).toBe(1);
  await sides.onSource('UPDATE bill SET flag = 1 WHERE id = 1');
});

test('a table that is read anew is loading from the transaction on that empties it, until all of it is there', async () => {
  await running.stop();
  await sides.onSource(`SET SESSION cte_max_recursion_depth = 5000;
    INSERT INTO note WITH RECURSIVE n AS (SELECT 10 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3007) SELECT i, 'n' FROM n`);
  const end = new AbortController();
  const reloading = Promise.withResolvers<void>();
  const { config } = line;
  const ended = runPipeline(
    { ...config, snapshot: { ...config.snapshot, chunkMaxRows: 100, parallel: 1 } },
    {
      mode: 'run',
      signal: end.signal,
      logger: silent,
      onStatus: () => {},
      onActions: ({ tables }) =>
        reloading.resolve(whenStreaming().then(async () => void (await tables?.reload(['note'])))),
    },
  );
  await reloading.promise;
  const seen = new Set<string>();
  await expect
    .poll(
      async () => {
        const { rows } = await sides.target.query(
          "SELECT state, (SELECT count(*) FROM note) AS rows FROM sluice.freshness WHERE table_name = 'note'",
        );
        const [{ state, rows: there } = { state: null, rows: null }] = rows;
        seen.add(`${state} ${state === 'streaming' ? there : ''}`.trim());
        return seen.has('loading') && state === 'streaming';
      },
      { timeout: 60_000, interval: 1 },
    )
    .toBe(true);
  expect([...seen].sort()).toEqual(['loading', 'streaming 3000']);
  end.abort();
  await ended;
  running = startLine(line);
});

test('a table that is made later joins, and one that is dropped leaves', async () => {
  await sides.onSource('CREATE TABLE late (id int PRIMARY KEY); INSERT INTO late VALUES (1); DROP TABLE note');
  await expect.poll(() => states(), SOON).toEqual({ bill: expect.any(String), late: 'streaming' });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };

async function whenStreaming(): Promise<void> {
  for (;;) {
    const { rows } = await sides.target.query('SELECT count(*) AS n FROM note');
    if (rows[0]?.['n'] === '3000') return;
  }
}

async function states(): Promise<Readonly<Record<string, string>>> {
  const { rows } = await sides.target.query('SELECT table_name, state FROM sluice.freshness');
  return Object.fromEntries(rows.map((row) => [row['table_name'], row['state']]));
}

async function count(from: string): Promise<number> {
  const { rows } = await sides.target.query(`SELECT count(*) AS n FROM ${from}`);
  return Number(rows[0]?.['n']);
}
