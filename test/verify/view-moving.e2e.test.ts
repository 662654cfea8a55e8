import { afterEach, expect, test } from 'vitest';
import type { ComparedObject } from '../../src/contract/compared-object.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { caughtUpSince, type Line } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, verify } from './session.ts';

afterEach(cleanUpAll);

/** Its servers would work at it for minutes. */
const LONG = ['public.w_long', 'not-compared'];

async function viewsOf(line: Line): Promise<readonly (readonly [string, string])[]> {
  const { data } = await verify(line);
  const { also } = data as unknown as { readonly also: readonly ComparedObject[] };
  return also.filter(({ name }) => name === 'view').map(({ object, state }) => [object, state] as const);
}

test.each(['mysql', 'mariadb'] as const)(
  'views of %s are compared without --still where nothing comes, and are never told as different for what comes',
  async (source) => {
    const line = await lineOf({ source, log: 'embedded', yaml: 'verify: { throttle: 100% }' });
    await onSource(
      line,
      'CREATE TABLE bill (id int PRIMARY KEY, total int)',
      'INSERT INTO bill VALUES (1, 1), (2, 2)',
      'CREATE VIEW v_sum AS SELECT sum(total) AS s FROM bill',
      `CREATE TABLE n (i int PRIMARY KEY)`,
      `INSERT INTO n VALUES ${Array.from({ length: 400 }, (_, i) => `(${i})`).join(', ')}`,
      'CREATE VIEW w_long AS SELECT count(*) AS c FROM n a, n b, n c, n d WHERE a.i + b.i + c.i + d.i > 0',
    );
    const child = started(line);
    const processes = [child];
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    expect(await viewsOf(line)).toEqual([['public.v_sum', 'equal'], LONG]);
    await onTarget(line, 'UPDATE bill SET total = 3 WHERE id = 2');
    // Not compared it is while the target has not all that the source has, heartbeats too.
    await expect.poll(() => viewsOf(line), { timeout: 200_000 }).toEqual([['public.v_sum', 'different'], LONG]);
    await onTarget(line, 'UPDATE bill SET total = 2 WHERE id = 2');
    // By itself, and told before anybody asks.
    const { beside } = await untilProcess(line, (status) => status.beside !== null, { processes });
    expect(beside?.equal).toBeGreaterThan(0);
    expect(beside?.objects).toContainEqual(expect.objectContaining({ name: 'view', object: LONG[0], cure: null }));
    let isOver = false;
    const writing = (async () => {
      for (let turn = 1; !isOver; turn++) await onSource(line, `UPDATE bill SET total = ${turn} WHERE id = 1`);
    })();
    const moving = await viewsOf(line);
    isOver = true;
    await writing;
    expect(['equal', 'not-compared']).toContain(moving[0]?.[1]);
    // Rows are counted by whoever compares them.
    await onTarget(line, 'INSERT INTO bill VALUES (9, 9)');
    expect(await verify(line, '--table', 'bill')).toMatchObject({ exit: 4 });
    const more = { name: 'row-count', state: 'different', source: '2', target: '3' };
    const isTold = (status: PipelineStatus) => status.beside?.objects.some((one) => one.name === 'row-count') ?? false;
    const counted = await untilProcess(line, isTold, { processes });
    expect(counted.beside?.objects).toContainEqual(expect.objectContaining(more));
    expect(await child.stop(), child.log).toBe(0);
  },
  300_000,
);
