import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { grantStatement, grants } from '../../src/cutover/fence/grant.ts';

const page = readFileSync('docs/operate/cutover.md', 'utf8').split('\n');

test.each([
  ['read-only', 'mysql', 'MySQL'],
  ['read-only', 'mariadb', 'MariaDB'],
  ['accounts', 'mysql', 'MySQL'],
  ['accounts', 'mariadb', 'MariaDB'],
  ['roles', 'postgres', 'PostgreSQL'],
] as const)('the page for operators names every right that %s needs on %s', (way, server, name) => {
  const line = page.find((each) => each.startsWith(`| \`${way}\` | ${name} |`)) ?? '';
  const needed = grants(way, server);
  expect(needed.length).toBeGreaterThan(1);
  expect(needed.filter(({ right }) => !line.includes(right))).toEqual([]);
});

test('a right is a statement, on the server, a database, our own database, or a role', () => {
  const statements = (way: 'read-only' | 'roles', server: 'mysql' | 'postgres', account: string) =>
    grants(way, server).map((grant) => grantStatement(grant, account, 'sluice'));
  expect(statements('read-only', 'mysql', `'s'@'%'`)).toEqual(
    expect.arrayContaining([
      `GRANT PROCESS ON *.* TO 's'@'%'`,
      `GRANT SELECT ON mysql.* TO 's'@'%'`,
      `GRANT INSERT ON \`sluice\`.* TO 's'@'%'`,
    ]),
  );
  expect(statements('roles', 'postgres', '"s"')).toEqual([
    'ALTER ROLE "s" CREATEROLE',
    'GRANT pg_signal_backend TO "s"',
  ]);
});

test('a hook, and a way on a server that does not know it, need no right of ours', () => {
  expect([grants('hook', 'mysql'), grants('roles', 'mysql'), grants('accounts', 'postgres')]).toEqual([[], [], []]);
});
