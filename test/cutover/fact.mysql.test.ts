import { expect, test } from 'vitest';
import { fencedSource } from './fenced-source.ts';
import { openXa } from './open-xa.ts';

test('under super_read_only no account can be locked, and XA PREPARE and XA COMMIT pass where ONE PHASE does not', async () => {
  await using source = await fencedSource('mysql');
  const [decided, whole, late] = [
    await source.session('app'),
    await source.session('app'),
    await source.session('super'),
  ];
  await openXa(decided, "'two'");
  await openXa(whole, "'one'");
  await late.run('BEGIN');
  await late.run("INSERT INTO shop.t (who) VALUES ('late')");
  await source.run('SET GLOBAL super_read_only = ON');
  await expect(source.run("ALTER USER app@'%' ACCOUNT LOCK")).rejects.toMatchObject({ code: 'SOURCE_READ_ONLY' });
  await expect(late.run('COMMIT')).rejects.toMatchObject({ code: 'SOURCE_READ_ONLY' });
  await expect(whole.run("XA COMMIT 'one' ONE PHASE")).rejects.toMatchObject({ code: 'SOURCE_READ_ONLY' });
  await decided.run("XA PREPARE 'two'");
  await decided.run("XA COMMIT 'two'");
  expect(await decided.rows('SELECT who FROM shop.t')).toEqual([{ who: "'two'" }]);
});
