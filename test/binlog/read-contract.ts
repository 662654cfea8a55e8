import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import { readCatalogue } from '../../src/mysql/catalogue.ts';
import { parsePosition, samePosition } from '../../src/position/position.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { reached, Source, story, upTo } from './source.ts';

/** What reading a binlog promises on every server. */
export function readContract(server: RunningServer): void {
  let source: Source;

  beforeAll(async () => {
    source = await Source.open(server);
  });
  afterAll(() => source?.close());
  beforeEach(() => source.reset());

  test('rows come in source order, whole transactions at a time, with their keys (INV-1)', async () => {
    const from = await source.head();
    await source.run(
      "INSERT INTO a VALUES (1, 'eins', 1), (2, NULL, 4294967295)",
      "BEGIN; UPDATE a SET v = 'one' WHERE id = 1; DELETE FROM a WHERE id = 2; COMMIT",
    );
    expect(story(await source.read({ from }))).toEqual([
      'begin',
      'c a (id=1 v=eins n=1) key 02',
      'c a (id=2 v=NULL n=4294967295) key 04',
      'commit',
      'begin',
      'u a (id=1 v=eins n=1) -> (id=1 v=one n=1) key 02',
      'd a (id=2 v=NULL n=4294967295) key 04',
      'commit',
    ]);
  });

  test('an update that moves a row names the key that it had', async () => {
    await source.run("INSERT INTO a VALUES (1, 'x', 1)");
    const from = await source.head();
    await source.run('UPDATE a SET id = 9');
    expect(story(await source.read({ from }))).toEqual([
      'begin',
      'u a (id=1 v=x n=1) -> (id=9 v=x n=1) key 12 was 02',
      'commit',
    ]);
  });

  test('a key of several columns comes in key order, and a unique NOT NULL key serves as key', async () => {
    await source.run(
      'CREATE TABLE two (x int NOT NULL, v varchar(9), y int NOT NULL, PRIMARY KEY (y, x))',
      'CREATE TABLE uni (x int, y int NOT NULL, UNIQUE KEY (y))',
      'CREATE TABLE bare (x int)',
    );
    const from = await source.head();
    await source.run("INSERT INTO two VALUES (1, 'v', 2); INSERT INTO uni VALUES (1, 2); INSERT INTO bare VALUES (1)");
    expect(story(await source.read({ from })).filter((line) => line.startsWith('c '))).toEqual([
      'c two (x=1 v=v y=2) key 0402',
      'c uni (x=1 y=2) key 04',
      'c bare (x=1)',
    ]);
  });

  test('a row has the version that the catalogue gives its table, whatever its types (INV-24, INV-40)', async () => {
    const isMysql = server.kind === 'mysql';
    const own = isMysql
      ? ['g geometry SRID 4326', 'w vector(3)']
      : ['u uuid', 'i4 inet4', 'i6 inet6', 'g geometry', 'z text COMPRESSED'];
    await source.run(
      `CREATE TABLE every (a tinyint(1) NOT NULL, b smallint unsigned, c mediumint, d int unsigned, e bigint, f bigint unsigned,
        h decimal(30,10), j float, k double, l bit(10), m char(5) CHARACTER SET latin1, n varchar(300), o tinytext, p longtext,
        q binary(4), r varbinary(9), s mediumblob, t enum('a','b,') NOT NULL, v set('x','y') CHARACTER SET latin1, js json,
        da date, dt datetime, d6 datetime(6), ts timestamp(3) NULL, ti time(2), y year, ${own.join(', ')},
        ge int GENERATED ALWAYS AS (a + 1) STORED, vi int GENERATED ALWAYS AS (a + 2) VIRTUAL, iv int INVISIBLE,
        PRIMARY KEY (t, a), UNIQUE KEY z1 (b, c), UNIQUE KEY a2 (e))`,
      'CREATE TABLE child (x int, y int, CONSTRAINT f FOREIGN KEY (x) REFERENCES a (id) ON DELETE CASCADE ON UPDATE SET NULL)',
    );
    const from = await source.head();
    await source.run(
      "INSERT INTO every (a, t, js, n) VALUES (1, 'b,', '{\"k\": [1, 2.50, null]}', 'n'); INSERT INTO a VALUES (1, 'x', 1)",
    );
    const tables = (await source.read({ from })).flatMap((change) => (change.tag === 'row' ? [change.table] : []));
    const catalogue = await readCatalogue(source.session, { databases: [source.database] });
    for (const table of tables) {
      const found = catalogue.find(({ version }) => version.table === table.table);
      expect(JSON.parse(table.fingerprint)).toEqual(JSON.parse(found?.version.fingerprint ?? '{}'));
      expect(table.fingerprint).toBe(found?.version.fingerprint);
    }
    expect(tables.map(({ table }) => table)).toEqual(['every', 'a']);
  });

  test('what a savepoint rolled back never appears', async () => {
    const from = await source.head();
    await source.run(
      "BEGIN; INSERT INTO a VALUES (1, 'x', 1); SAVEPOINT s; INSERT INTO a VALUES (2, 'x', 1); ROLLBACK TO s",
      "INSERT INTO a VALUES (3, 'x', 1); COMMIT",
      "BEGIN; INSERT INTO a VALUES (4, 'x', 1); ROLLBACK",
    );
    expect(story(await source.read({ from }))).toEqual([
      'begin',
      'c a (id=1 v=x n=1) key 02',
      'c a (id=3 v=x n=1) key 06',
      'commit',
    ]);
  });

  test('rows of an XA transaction come at XA COMMIT, and never after XA ROLLBACK', async () => {
    const from = await source.head();
    await source.xa('g1', 1);
    await source.xa('g2', 2);
    await source.run("INSERT INTO a VALUES (3, 'plain', 1)");
    await source.decide('ROLLBACK', 'g2');
    await source.decide('COMMIT', 'g1');
    await source.xa('g4', 4, 'COMMIT ONE PHASE');
    expect(story(await source.read({ from }))).toEqual([
      'begin',
      'c a (id=3 v=plain n=1) key 06',
      'commit',
      'begin',
      'c a (id=1 v=xa n=1) key 02',
      'commit',
      'begin',
      'c a (id=4 v=xa n=1) key 08',
      'commit',
    ]);
  });

  test('a restart between XA PREPARE and its decision finds the rows, and handles nothing twice (INV-12)', async () => {
    const from = await source.head();
    await source.xa('h1', 1);
    await source.run("INSERT INTO a VALUES (2, 'between', 1)");
    await source.xa('h3', 3);
    await source.decide('ROLLBACK', 'h3');
    await source.xa('h4', 4);
    const first = await source.read({ from });
    const again = parsePosition(from.server, reached(first, from).text);
    await source.decide('COMMIT', 'h4');
    await source.run("INSERT INTO a VALUES (5, 'after', 1)");
    await source.decide('COMMIT', 'h1');
    const second = await source.read({ from: again });
    expect(story(first)).toEqual(['begin', 'c a (id=2 v=between n=1) key 04', 'commit']);
    expect(story(second)).toEqual([
      'begin',
      'c a (id=4 v=xa n=1) key 08',
      'commit',
      'begin',
      'c a (id=5 v=after n=1) key 0a',
      'commit',
      'begin',
      'c a (id=1 v=xa n=1) key 02',
      'commit',
    ]);
    expect(samePosition(reached(second, from), await source.head())).toBe(true);
  });

  test('rows written before an ALTER come as the table was then (INV-10)', async () => {
    const from = await source.head();
    await source.run(
      "INSERT INTO a VALUES (1, 'x', 1)",
      'ALTER TABLE a DROP COLUMN v, ADD COLUMN w int NOT NULL FIRST, ADD UNIQUE KEY (n)',
      'INSERT INTO a VALUES (7, 2, 2)',
      'ALTER TABLE a RENAME COLUMN w TO ww, MODIFY n bigint unsigned',
    );
    expect(story(await source.read({ from }))).toEqual([
      'begin',
      'c a (id=1 v=x n=1) key 02',
      'commit',
      'begin',
      'schema a old new',
      'commit',
      'begin',
      'c a (w=7 id=2 n=2) key 04',
      'commit',
      'begin',
      'schema a old new',
      'commit',
    ]);
  });

  test('what an ALTER changed is told by the versions known at the start, unless they may be its own outcome', async () => {
    const versions = () => readCatalogue(source.session, { databases: [source.database] });
    const from = await source.head();
    const known = await versions();
    await source.run('ALTER TABLE a ADD COLUMN z int');
    expect(story(await source.read({ from, known }))).toEqual(['begin', 'schema a old new', 'commit']);
    expect(story(await source.read({ from, known: await versions() }))).toEqual([
      'begin',
      'schema a none new',
      'commit',
    ]);
    await source.run("INSERT INTO a VALUES (1, 'x', 1, 1)", 'ALTER TABLE a ADD INDEX (z)');
    const changes = await source.read({ from: from, known: await versions() });
    expect(story(changes).filter((line) => line.startsWith('schema'))).toEqual([
      'schema a none new',
      'schema a old new',
    ]);
  });

  test('TRUNCATE, DROP, RENAME and CREATE are changes, and a swap of tables is one for each name', async () => {
    await source.run('CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1)');
    const from = await source.head();
    await source.run(
      'TRUNCATE TABLE b',
      'CREATE TABLE `_b gho` (id int PRIMARY KEY, `x``y` int)',
      'INSERT INTO `_b gho` VALUES (1, 2)',
      'RENAME TABLE b TO _b_del, `_b gho` TO b',
      'INSERT INTO b VALUES (3, 4)',
      'DROP TABLE _b_del, b',
      'CREATE TEMPORARY TABLE t (id int); INSERT INTO t VALUES (1); DROP TEMPORARY TABLE t',
      'CREATE TABLE made AS SELECT 1 AS x',
    );
    const parts = story(await source.read({ from }))
      .join('\n')
      .split('\ncommit')
      .map((part) => part.trim());
    expect(parts.filter(Boolean)).toEqual([
      'begin\ntruncate b',
      'begin\nschema _b gho none new',
      'begin\nc _b gho (id=1 x`y=2) key 02',
      'begin\nschema b old new\nschema _b_del none new\nschema _b gho old none',
      'begin\nc b (id=3 x`y=4) key 06',
      'begin\nschema _b_del none none\nschema b old none',
      'begin\nschema made none new\nc made (x=1)',
    ]);
  });

  test('a reader that starts again from any commit gets exactly the rest (INV-11)', async () => {
    const from = await source.head();
    for (let i = 0; i < 40; i++) {
      await source.run(`INSERT INTO a VALUES (${i}, 'v', ${i}); UPDATE a SET n = n + 1 WHERE id = ${i % 7}`);
      if (i % 8 === 3) await source.xa(`p${i}`, 1000 + i);
      if (i % 16 === 13) await source.decide('COMMIT', `p${i - 10}`);
    }
    for (const name of ['p11', 'p27']) await source.decide('ROLLBACK', name);
    await source.decide('COMMIT', 'p35');
    const whole = await source.read({ from });
    const commits = whole.flatMap((change) => (change.tag === 'commit' ? [change.position] : []));
    const cuts = fc.uniqueArray(fc.nat(commits.length - 1), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(cuts, async (indexes) => {
        const rest: Change[] = [];
        let position = from;
        for (const index of [...indexes.sort((a, b) => a - b), commits.length - 1]) {
          const until = commits[index] ?? from;
          rest.push(...upTo(await source.read({ from: position, until }), until));
          position = parsePosition(from.server, until.text);
        }
        expect(story(rest)).toEqual(story(whole));
      }),
      { numRuns: 10 },
    );
  });
}
