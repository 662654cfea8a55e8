import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

test('logic convert --to django --triggers signals tells which triggers run in Python and what passes them by', async () => {
  writeFileSync(
    join(folder, 'trigger.sql'),
    'CREATE TABLE t (a INT, b INT);\nCREATE TRIGGER t_in BEFORE INSERT ON t FOR EACH ROW SET NEW.b = NEW.a + 1;',
  );
  const words = ['convert', 'trigger.sql', '--to', 'django', '--triggers', 'signals', '--out', 'signals'];
  const { exit, stdout } = await sluice('logic', ...words);
  expect(exit).toBe(0);
  expect(stdout).toContain('1 triggers run in Python (signals): bulk_create(), bulk_update(), QuerySet.update()');
  expect(readFileSync(join(folder, 'signals', 'triggers.py'), 'utf8')).toContain('def t_in(new: Row');
});

test('no name of a routine takes the file of another, and none is code in the Python of its service', async () => {
  const names = ['日本', '中国', 'größe', 'a/b', 'a_b', 'GRÖSSE', 'größe2', 'x"""+print(6*7)+"""', '2 \\ """'];
  writeFileSync(
    join(folder, 'odd.sql'),
    names.map((name, n) => `CREATE PROCEDURE \`${name}\`(OUT r INT) SET r = ${n};`).join('\n'),
  );
  expect((await sluice('logic', 'convert', 'odd.sql', '--to', 'plpgsql', '--out', 'odd')).exit).toBe(0);
  const files = readdirSync(join(folder, 'odd')).filter((name) => name.endsWith('.sql'));
  expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(names.length);
  expect(files).toContain('procedure-日本.sql');
  expect((await sluice('logic', 'convert', 'odd.sql', '--to', 'django', '--out', 'oddapp')).exit).toBe(0);
  const python = readFileSync(join(folder, 'oddapp', 'services.py'), 'utf8');
  expect(python.match(/^ {4}"{3}Procedure .*[^\\]"{3}$/gm)).toHaveLength(names.length);
  expect(python).not.toMatch(/^class \d/m);
  expect(python).toContain('x\\"\\"\\"+print(6*7)+');
});

test('an application of Django needs a folder', async () => {
  const { exit, stderr } = await sluice('logic', 'convert', 'dump.sql', '--to', 'django');
  expect(exit).toBe(2);
  expect(stderr).toContain('USAGE_OUT');
});

test('a routine of which not even the head parses is named and counted as not converted, by both targets', async () => {
  writeFileSync(
    join(folder, 'broken.sql'),
    'DELIMITER //\nCREATE PROCEDURE ok() SELECT 1//\nCREATE PROCEDURE lost(IN IN n) BEGIN END//\n',
  );
  const plain = await sluice('logic', 'convert', 'broken.sql', '--out', 'plain');
  expect(plain.exit).toBe(4);
  expect(plain.stderr).toContain('2 objects: automatic 1, review 0, skeleton 0, not converted 1, views 0');
  expect(plain.stderr).toContain('procedure lost, line ');
  const django = await sluice('logic', 'convert', 'broken.sql', '--to', 'django', '--out', 'django');
  expect(django.exit).toBe(4);
  expect(django.stdout).toContain(
    '1 services, 0 with parts that raise NotConverted; 0 triggers stay in the database, 1 not converted',
  );
  expect(django.stdout).toMatch(/^not converted: procedure lost, line 3: /m);
});

test('totals add up with views, and little work is told in minutes', async () => {
  expect((await sluice('logic', 'convert', 'dump.sql')).stderr).toContain(
    '2 objects: automatic 0, review 0, skeleton 1, not converted 0, views 1 (made with the tables)',
  );
  writeFileSync(join(folder, 'small.sql'), 'CREATE PROCEDURE p() SELECT 1;');
  expect((await sluice('logic', 'list', 'small.sql')).stdout).toContain('about 10 minutes of work');
});

test('a file in UTF-16 with its mark, or in a charset that is named, is read', async () => {
  const text = "CREATE PROCEDURE größe() SELECT 'é';";
  const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');
  writeFileSync(join(folder, 'le.sql'), utf16);
  writeFileSync(join(folder, 'be.sql'), Buffer.from(utf16).swap16());
  writeFileSync(join(folder, 'mark.sql'), `\uFEFF${text}`);
  for (const file of ['le.sql', 'be.sql', 'mark.sql'])
    expect((await sluice('logic', 'list', file)).stdout, file).toMatch(/^procedure +größe /m);
  writeFileSync(join(folder, 'latin1.sql'), Buffer.from(text, 'latin1'));
  expect((await sluice('logic', 'list', 'latin1.sql', '--charset', 'latin1')).stdout).toMatch(/^procedure +größe /m);
});

test.each([
  [
    'latin1 bytes',
    Buffer.from('SELECT 1;\nCREATE PROCEDURE gr\u00f6e() SELECT 1;', 'latin1'),
    'byte 0xF6 at offset 29, line 2',
    '--charset latin1',
  ],
  [
    'UTF-16 without a mark',
    Buffer.from('CREATE PROCEDURE p() SELECT 1;', 'utf16le'),
    'byte 0x00 at offset 1',
    '--charset utf16le',
  ],
  ['a packed dump', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2]), 'is packed', 'gunzip'],
])('%s are an error with the place and the cure', async (_, bytes, place, cure) => {
  writeFileSync(join(folder, 'odd.sql'), bytes);
  for (const verb of ['list', 'convert']) {
    const { exit, stdout, stderr } = await sluice('logic', verb, 'odd.sql');
    expect(exit).toBe(2);
    expect(stdout).toBe('');
    for (const part of ['USAGE_FILE_TEXT', place, cure]) expect(stderr).toContain(part);
  }
});

test('rows of a dump may hold any bytes', async () => {
  const dump = Buffer.concat([
    Buffer.from("INSERT INTO t VALUES ('"),
    Buffer.from([0xff, 0xc3]),
    Buffer.from("');\nCREATE PROCEDURE p() SELECT 'é';"),
  ]);
  writeFileSync(join(folder, 'rows.sql'), dump);
  expect((await sluice('logic', 'convert', 'rows.sql')).stdout).toContain("'é'");
});

test('a set of files takes the place of the earlier one, and no file of anyone else', async () => {
  const make = (names: readonly string[]) => {
    writeFileSync(join(folder, 'set.sql'), names.map((name) => `CREATE PROCEDURE ${name}() SELECT 1;`).join('\n'));
    return sluice('logic', 'convert', 'set.sql', '--out', 'set');
  };
  await make(['a', 'b', 'c']);
  writeFileSync(join(folder, 'set', 'own.sql'), 'mine');
  writeFileSync(join(folder, 'set', 'procedure-c.sql'), 'changed by hand');
  // As a run that was killed leaves it.
  mkdirSync(join(folder, 'set', '.sluice-plpgsql.draft'));
  const { stderr } = await make(['a']);
  expect(readdirSync(join(folder, 'set')).sort()).toEqual([
    '.sluice-plpgsql.json',
    'own.sql',
    'procedure-a.sql',
    'procedure-c.sql',
  ]);
  expect(stderr).toContain('removed, made by an earlier run and no more: procedure-b.sql');
  expect(stderr).toContain('procedure-c.sql');
  writeFileSync(join(folder, 'set', 'procedure-d.sql'), 'mine too');
  const taken = await make(['a', 'd']);
  expect(taken.exit).toBe(2);
  expect(taken.stderr).toContain('USAGE_OUT_TAKEN');
  expect(readFileSync(join(folder, 'set', 'procedure-d.sql'), 'utf8')).toBe('mine too');
});

test('a set that cannot be written leaves the earlier one whole', async () => {
  writeFileSync(join(folder, 'set.sql'), 'CREATE PROCEDURE a() SELECT 1;\nCREATE PROCEDURE b() SELECT 1;');
  await sluice('logic', 'convert', 'set.sql', '--out', 'set');
  const before = readFileSync(join(folder, 'set', 'procedure-a.sql'), 'utf8');
  rmSync(join(folder, 'set', 'procedure-b.sql'));
  mkdirSync(join(folder, 'set', 'procedure-b.sql'));
  writeFileSync(join(folder, 'set.sql'), 'CREATE PROCEDURE a() SELECT 2;\nCREATE PROCEDURE b() SELECT 2;');
  const { exit, stderr } = await sluice('logic', 'convert', 'set.sql', '--out', 'set');
  expect(exit).toBe(2);
  expect(stderr).toContain('USAGE_OUT');
  expect(readFileSync(join(folder, 'set', 'procedure-a.sql'), 'utf8')).toBe(before);
});

test('a routine of 4,000 statements under a handler is converted, and one whose handlers multiply is told', async () => {
  const many = Array.from({ length: 4000 }, (_, n) => `IF n = ${n} THEN UPDATE t SET a = ${n}; END IF;`).join('\n');
  const handler = 'DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN DECLARE m INT; SET m = n; UPDATE t SET a = m; END;';
  const head = 'DELIMITER ;;\nCREATE TABLE t (a INT);;\nCREATE PROCEDURE p(IN n INT) BEGIN';
  writeFileSync(join(folder, 'many.sql'), `${head} ${handler} ${many} END;;`);
  expect((await sluice('logic', 'convert', 'many.sql', '--out', 'many')).exit).toBe(0);
  expect((await sluice('logic', 'convert', 'many.sql', '--to', 'django', '--out', 'app')).exit).toBe(0);
  let nested = 'UPDATE t SET a = 1;';
  for (let depth = 0; depth < 12; depth += 1)
    nested = `BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN ${'UPDATE t SET a = 0; '.repeat(4)} END; ${nested} END;`;
  writeFileSync(join(folder, 'deep.sql'), `${head} ${nested} END;;`);
  const deep = await sluice('logic', 'convert', 'deep.sql', '--out', 'deep');
  expect(deep.exit).toBe(4);
  expect(deep.stderr).toContain('would be longer than 8 MiB');
  const django = await sluice('logic', 'convert', 'deep.sql', '--to', 'django', '--out', 'deepapp');
  expect(django.stdout).toContain('would be longer than 8 MiB');
});

test('programs that compare columns of a _bin collation are told of blanks that are stored', async () => {
  writeFileSync(
    join(folder, 'blank.sql'),
    "CREATE TABLE t (a VARCHAR(9) COLLATE utf8mb4_bin);\nCREATE PROCEDURE p(OUT n INT) SELECT COUNT(*) INTO n FROM t WHERE a = 'e';",
  );
  const { stderr } = await sluice('logic', 'convert', 'blank.sql', '--out', 'blank');
  expect(stderr).toContain('1 program (TEXT_BLANK in --json) compare columns of a _bin collation');
});

test('programs that compare texts are told of accents, by both targets', async () => {
  writeFileSync(
    join(folder, 'accent.sql'),
    "CREATE TABLE t (a VARCHAR(9));\nCREATE PROCEDURE p(OUT n INT) SELECT COUNT(*) INTO n FROM t WHERE a = 'e';",
  );
  for (const target of ['plpgsql', 'django']) {
    const { stderr } = await sluice('logic', 'convert', 'accent.sql', '--to', target, '--out', target);
    expect(stderr).toContain('1 program (TEXT_CASE in --json) compare texts without regard to case');
  }
});
