import { afterEach, expect, test } from 'vitest';
import { caughtUpSince, type Line, pause } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, type Verified, verify } from './session.ts';
import { LAX, type TypeSample, typeSamples } from './type-sample.ts';

afterEach(cleanUpAll);

/** Rows that the snapshot brought, then those that the stream brought: one whose cells are changed, two that swap, one that goes. */
const LOADED = [1, 2, 3, 4];
const STREAMED = [11, 12, 13, 14];

function create(samples: readonly TypeSample[]): string {
  return `CREATE TABLE every_type (id int PRIMARY KEY, ${samples.map(({ name, type }) => `${name} ${type}`).join(', ')}, n int)`;
}

function insert(samples: readonly TypeSample[], id: number): string {
  return `INSERT INTO every_type VALUES (${[id, ...samples.map(({ value }) => value), id].join(', ')})`;
}

async function corrupt(line: Line, samples: readonly TypeSample[], ids: readonly number[]): Promise<void> {
  const cells = samples.map(({ name, corrupt: to }) => `${name} = ${to.replaceAll(/\bc\b/g, name)}`).join(', ');
  await onTarget(line, `UPDATE every_type SET ${cells} WHERE id IN (${ids.join()})`);
}

/** What `verify` tells of the table, as `key kind column`. */
function toldOf({ data }: Verified): readonly string[] {
  const lines = data.tables.flatMap(({ differences }) =>
    differences.map(({ key, column, kind }) => `${key['id']} ${kind} ${column ?? ''}`.trim()),
  );
  return lines.sort();
}

function cellsOf(samples: readonly TypeSample[], ids: readonly number[]): readonly string[] {
  return ids.flatMap((id) => samples.map(({ name }) => `${id} different ${name}`));
}

test.each(['mysql', 'mariadb'] as const)(
  'one cell of every type of %s, changed in a row that was loaded or streamed, is found, named and repaired',
  async (source) => {
    const samples = typeSamples(source);
    const line = await lineOf({ source, log: 'embedded', yaml: 'verify: { throttle: 100% }' });
    await onSource(line, LAX, create(samples), ...LOADED.map((id) => insert(samples, id)));
    const child = started(line);
    const processes = [child];
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    await onSource(line, LAX, ...STREAMED.map((id) => insert(samples, id)));
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    const anew = (...words: readonly string[]) => verify(line, '--restart', ...words);
    for (const mode of ['stream', 'pushdown']) {
      const clean = await anew('--mode', mode);
      expect(clean, JSON.stringify(clean.data?.tables)).toMatchObject({ exit: 0, data: { tables: [{ equal: 8 }] } });
    }
    await corrupt(line, samples, [1, 11]);
    await onTarget(
      line,
      'UPDATE every_type SET n = CASE n WHEN 2 THEN 3 WHEN 3 THEN 2 WHEN 12 THEN 13 ELSE 12 END WHERE id IN (2, 3, 12, 13)',
    );
    await onTarget(line, 'DELETE FROM every_type WHERE id IN (4, 14); INSERT INTO every_type (id) VALUES (5), (15)');
    const others = [2, 3, 12, 13].map((id) => `${id} different n`);
    const rows = ['4 missing', '14 missing', '5 extra', '15 extra'];
    const expected = [...cellsOf(samples, [1, 11]), ...others, ...rows].sort();
    for (const mode of ['stream', 'pushdown']) {
      const found = await anew('--mode', mode);
      expect(toldOf(found), mode).toEqual(expected);
      expect(found.exit).toBe(4);
    }
    const repaired = await verify(line, '--repair', '--confirm', line.config.pipeline);
    expect(repaired, JSON.stringify(repaired.data.tables)).toMatchObject({
      exit: 0,
      data: { tables: [{ repaired: 10 }] },
    });
    expect(await anew()).toMatchObject({ exit: 0 });
    expect(await child.stop(), child.log).toBe(0);
  },
  300_000,
);

test('one cell of every type, changed while the load still runs, is found once it has ended, and repaired', async () => {
  const samples = typeSamples('mysql');
  const yaml = 'snapshot: { chunkMaxRows: 1, parallel: 1 }\nverify: { throttle: 100% }';
  const line = await lineOf({ source: 'mysql', log: 'embedded', yaml });
  const filler = 'WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 900)';
  await onSource(line, LAX, create(samples), ...LOADED.map((id) => insert(samples, id)));
  await onSource(line, 'CREATE TABLE filler (id int PRIMARY KEY)', `INSERT INTO filler ${filler} SELECT i FROM s`);
  const child = started(line);
  const loaded = async () => (await onTarget(line, 'SELECT id FROM every_type').catch(() => [])).length;
  while ((await loaded()) < LOADED.length) await pause(20);
  await corrupt(line, samples, [1]);
  const found = await verify(line, '--table', 'every_type');
  expect(toldOf(found)).toEqual([...cellsOf(samples, [1])].sort());
  const repair = ['--table', 'every_type', '--repair', '--confirm', line.config.pipeline];
  expect(await verify(line, ...repair)).toMatchObject({ exit: 0, data: { tables: [{ repaired: 1 }] } });
  expect(await child.stop(), child.log).toBe(0);
}, 300_000);
