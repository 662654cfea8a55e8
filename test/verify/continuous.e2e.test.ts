import { afterEach, expect, test } from 'vitest';
import type { PipelineStatus } from '../../src/contract/status.ts';
import type { TableVerified } from '../../src/contract/verify.ts';
import { caughtUpSince } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, verify } from './session.ts';

afterEach(cleanUpAll);

test('rows that change after a comparison are looked at again by themselves, and what a restart or a TRUNCATE voids is compared anew by itself', async () => {
  const line = await lineOf({ source: 'mysql', log: 'embedded', yaml: 'verify: { throttle: 100% }' });
  await onSource(
    line,
    'CREATE TABLE kept (id int PRIMARY KEY, flag tinyint(1))',
    'INSERT INTO kept VALUES (1, 0), (2, 1), (3, 0)',
    'CREATE TABLE fleeting (id int PRIMARY KEY)',
    'INSERT INTO fleeting VALUES (1), (2)',
    'CREATE TABLE parent (id int PRIMARY KEY)',
    'CREATE TABLE child (id int PRIMARY KEY, p int, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE)',
    'INSERT INTO parent VALUES (1), (2)',
    'INSERT INTO child VALUES (10, 1), (11, 1), (12, 2)',
  );
  const child = started(line);
  await untilProcess(line, caughtUpSince(Date.now()), { processes: [child] });
  expect(await verify(line)).toMatchObject({ exit: 0 });
  const of = (tables: readonly TableVerified[], name: string) => tables.find(({ table }) => table === name);

  await onSource(
    line,
    'UPDATE kept SET flag = 1 WHERE id = 1',
    'UPDATE kept SET flag = 7 WHERE id = 3',
    'DELETE FROM parent WHERE id = 1',
  );
  const seen = await untilProcess(
    line,
    (status) => {
      const tables = status.verify?.tables ?? [];
      const since = (name: string) => of(tables, name)?.changesSince ?? 0;
      // What was found of the first change may be told before the last one came.
      const isThere = since('kept') >= 2 && since('parent') >= 1 && since('child') >= 1;
      return isThere && of(tables, 'kept')?.state === 'different' && tables.every(({ waiting }) => waiting === 0);
    },
    { processes: [child] },
  );
  const tables = seen.verify?.tables ?? [];
  expect(of(tables, 'kept')).toMatchObject({ differenceCount: 1, waiting: 0 });
  expect(of(tables, 'parent')).toMatchObject({ state: 'equal', differenceCount: 0 });
  expect(of(tables, 'child')).toMatchObject({ state: 'equal', differenceCount: 0, waiting: 0 });
  const again = await verify(line, '--table', 'kept');
  expect(again.data.tables[0]?.differences).toMatchObject([
    { key: { id: '3' }, column: 'flag', source: '7', target: '0', cause: expect.stringContaining('quarantine') },
  ]);

  await onSource(line, 'UPDATE kept SET flag = 0 WHERE id = 3');
  await child.kill();
  const next = started(line);
  const known = await untilProcess(line, ({ pid, verify: told }) => pid === next.pid && told !== null, {
    processes: [next],
  });
  const parent = of(known.verify?.tables ?? [], 'parent');
  if (parent?.changesSince === null)
    expect(parent).toMatchObject({ state: 'equal', waiting: null, advice: expect.stringContaining('by itself') });
  const isKnown = ({ verify: told }: PipelineStatus) => told?.tables.every((one) => one.changesSince !== null) ?? false;
  const before = await untilProcess(line, isKnown, { processes: [next] });
  const comparedAtMs = (told: PipelineStatus) => of(told.verify?.tables ?? [], 'fleeting')?.verifiedAtMs ?? 0;

  await onSource(line, 'TRUNCATE TABLE fleeting', 'INSERT INTO fleeting VALUES (7)');
  // Voided it is for an instant alone: what is seen is that it was compared again, whole.
  const isAnew = (told: PipelineStatus) => isKnown(told) && comparedAtMs(told) > comparedAtMs(before);
  const anew = await untilProcess(line, isAnew, { processes: [next] });
  expect(of(anew.verify?.tables ?? [], 'fleeting')).toMatchObject({ state: 'equal', advice: null });
  expect(await next.stop(), next.log).toBe(0);
});
