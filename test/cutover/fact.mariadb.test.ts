import { expect, test } from 'vitest';
import { fencedSource } from './fenced-source.ts';
import { openXa } from './open-xa.ts';

test('under read_only whoever has every right commits, and of others XA PREPARE passes where XA COMMIT does not', async () => {
  await using source = await fencedSource('mariadb');
  const [decided, whole, late] = [
    await source.session('app'),
    await source.session('app'),
    await source.session('super'),
  ];
  await openXa(decided, "'two'");
  await openXa(whole, "'one'");
  await late.run('BEGIN');
  await late.run("INSERT INTO shop.t (who) VALUES ('late')");
  await source.run('SET GLOBAL read_only = ON');
  await late.run('COMMIT');
  await expect(whole.run("XA COMMIT 'one' ONE PHASE")).rejects.toMatchObject({ code: 'SOURCE_READ_ONLY' });
  await decided.run("XA PREPARE 'two'");
  await expect(decided.run("XA COMMIT 'two'")).rejects.toMatchObject({ code: 'SOURCE_READ_ONLY' });
  expect(await late.rows('SELECT who FROM shop.t')).toEqual([{ who: 'late' }]);
});
