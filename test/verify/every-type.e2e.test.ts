import { afterEach, expect, test } from 'vitest';
import { caughtUpSince } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, verify } from './session.ts';
import { typeSamples } from './type-sample.ts';

afterEach(cleanUpAll);

/** Rows that the snapshot brought, then those that the stream brought: one whose cells are changed, two that swap, one that goes. */
const LOADED = [1, 2, 3, 4];
const STREAMED = [11, 12, 13, 14];

test.each(['mysql', 'mariadb'] as const)(
  'one cell of every type of %s, changed in a row that was loaded or streamed, is found, named and repaired',
  async (source) => {
    const samples = typeSamples(source);
    const line = await lineOf({ source, log: 'embedded', yaml: 'verify: { throttle: 100% }' });
    const insert = (id: number) =>
      `INSERT INTO every_type VALUES (${[id, ...samples.map(({ value }) => value), id].join(', ')})`;
    await onSource(
      line,
      `CREATE TABLE every_type (id int PRIMARY KEY, ${samples.map(({ name, type }) => `${name} ${type}`).join(', ')}, n int)`,
      ...LOADED.map(insert),
    );
    const child = started(line);
    const processes = [child];
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    await onSource(line, ...STREAMED.map(insert));
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    const clean = await verify(line);
    expect(clean, JSON.stringify(clean.data?.tables)).toMatchObject({ exit: 0, data: { tables: [{ equal: 8 }] } });

    const corrupt = samples.map(({ name, corrupt: to }) => `${name} = ${to.replaceAll(/\bc\b/g, name)}`).join(', ');
    await onTarget(line, `UPDATE every_type SET ${corrupt} WHERE id IN (1, 11)`);
    await onTarget(
      line,
      'UPDATE every_type SET n = CASE n WHEN 2 THEN 3 WHEN 3 THEN 2 WHEN 12 THEN 13 ELSE 12 END WHERE id IN (2, 3, 12, 13)',
    );
    await onTarget(line, 'DELETE FROM every_type WHERE id IN (4, 14); INSERT INTO every_type (id) VALUES (5), (15)');
    const found = await verify(line);
    const told = found.data.tables.flatMap(({ differences }) =>
      differences.map(({ key, column, kind }) => `${key['id']} ${kind} ${column ?? ''}`.trim()),
    );
    const expected = [1, 11].flatMap((id) => samples.map(({ name }) => `${id} different ${name}`));
    const others = [2, 3, 12, 13].map((id) => `${id} different n`);
    const rows = ['4 missing', '14 missing', '5 extra', '15 extra'];
    expect(told.sort()).toEqual([...expected, ...others, ...rows].sort());
    expect(found.exit).toBe(4);

    const repaired = await verify(line, '--repair', '--confirm', line.config.pipeline);
    expect(repaired, JSON.stringify(repaired.data.tables)).toMatchObject({
      exit: 0,
      data: { tables: [{ repaired: 10 }] },
    });
    expect(await verify(line, '--restart')).toMatchObject({ exit: 0 });
    expect(await child.stop(), child.log).toBe(0);
  },
);
