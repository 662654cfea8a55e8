import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ran, runInside } from './run-sluice.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-logic-'));
  const text = `DELIMITER ;;
CREATE TABLE t (a INT);;
CREATE PROCEDURE p(IN n INT) BEGIN UPDATE t SET a = n; SELECT ROW_COUNT(); WONDER; END;;
CREATE VIEW v AS SELECT a FROM t;;`;
  writeFileSync(join(folder, 'dump.sql'), text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sluice(...argv: readonly string[]): Promise<Ran> {
  return runInside(argv, { folder, environment: {} });
}

test('logic list tells every program of a dump without any configuration', async () => {
  const { exit, stdout } = await sluice('logic', 'list', 'dump.sql');
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^procedure +p +data access +skeleton/m);
  expect(stdout).toMatch(/^view +v +reporting +automatic/m);
  expect(stdout).toContain('2 objects: automatic 1, review 0, skeleton 1, hand 0');
  expect(stdout).toContain('procedure p, line 3: a statement is expected, found "WONDER"');
});

test('logic list --json gives the inventory in the envelope', async () => {
  const { exit, stdout } = await sluice('logic', 'list', 'dump.sql', '--json');
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'LogicList',
    status: 'ok',
    data: {
      items: [{ name: 'p', writes: [{ table: 't', changes: ['update'] }], resultSets: { places: 1 } }, { name: 'v' }],
      totals: { objects: 2 },
    },
  });
});

test('logic list --html writes one page', async () => {
  const { exit } = await sluice('logic', 'list', 'dump.sql', '--html', 'page.html');
  expect(exit).toBe(0);
  expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('Stored programs of dump.sql');
});

test('a file in the language of MariaDB is read as that', async () => {
  writeFileSync(join(folder, 'maria.sql'), 'CREATE PROCEDURE p() FOR i IN 1..3 DO SELECT i; END FOR;');
  const asMysql = await sluice('logic', 'list', 'maria.sql');
  expect(asMysql.stdout).toContain('procedure p, line 1');
  const asMariadb = await sluice('logic', 'list', 'maria.sql', '--language', 'mariadb');
  expect(asMariadb.stdout).not.toContain('line 1');
});

test('a file that is not there is a mistake of usage', async () => {
  const { exit, stderr } = await sluice('logic', 'list', 'nowhere.sql');
  expect(exit).toBe(2);
  expect(stderr).toContain('USAGE_FILE');
});

test('logic convert --to django writes an application, and tells what raises NotConverted', async () => {
  const { exit, stdout } = await sluice('logic', 'convert', 'dump.sql', '--to', 'django', '--out', 'app');
  expect(exit).toBe(4);
  expect(stdout).toContain('p, line 3: a statement is expected');
  expect(readFileSync(join(folder, 'app', 'services.py'), 'utf8')).toContain('raise NotConverted("SYNTAX in p")');
  expect(readFileSync(join(folder, 'app', 'models.py'), 'utf8')).toContain('db_table = "v"');
});

test('an application of Django needs a folder', async () => {
  const { exit, stderr } = await sluice('logic', 'convert', 'dump.sql', '--to', 'django');
  expect(exit).toBe(2);
  expect(stderr).toContain('USAGE_OUT');
});
