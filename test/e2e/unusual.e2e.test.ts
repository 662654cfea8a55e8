import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { compareAll } from '../../src/pipeline/verify/compare-all.ts';
import { caughtUpSince, type Line, openLine, type SourceKind, startLine } from './line.ts';
import { onTarget } from './statement.ts';

/** What is made before the load, what is done while the stream runs, and what each table then is. */
interface Unusual {
  readonly made: readonly string[];
  readonly done: readonly string[];
  /** By table: the same on both sides, or paused, or nothing on the target and paused. */
  readonly ends: Readonly<Record<string, 'equal' | 'paused'>>;
  readonly only?: SourceKind;
}

const PARTITIONED =
  'PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20), PARTITION p2 VALUES LESS THAN MAXVALUE)';

const UNUSUAL: Readonly<Record<string, Unusual>> = {
  'a MODIFY that cuts text outside strict mode': {
    made: ['CREATE TABLE cut (id int PRIMARY KEY, v text)', "INSERT INTO cut VALUES (1, REPEAT('x', 300))"],
    done: ["SET sql_mode = ''", 'ALTER TABLE cut MODIFY v tinytext', "SET sql_mode = 'STRICT_TRANS_TABLES'"],
    ends: { cut: 'paused' },
  },
  'a column cut and made wide again at once': {
    made: ['CREATE TABLE twice (id int PRIMARY KEY, n int)', 'INSERT INTO twice VALUES (1, 70000)'],
    done: [
      "SET sql_mode = ''",
      'ALTER TABLE twice MODIFY n smallint',
      'ALTER TABLE twice MODIFY n int',
      "SET sql_mode = 'STRICT_TRANS_TABLES'",
    ],
    ends: { twice: 'paused' },
  },
  'LOAD DATA': {
    made: ['CREATE TABLE loaded (id int PRIMARY KEY, v varchar(20))'],
    done: ["LOAD DATA LOCAL INFILE 'rows.csv' INTO TABLE loaded FIELDS TERMINATED BY ','"],
    ends: { loaded: 'equal' },
  },
  'CREATE TABLE ... SELECT': {
    made: ['CREATE TABLE origin (id int PRIMARY KEY, v varchar(20))', "INSERT INTO origin VALUES (1, 'one')"],
    done: [
      'CREATE TABLE selected (PRIMARY KEY (id)) AS SELECT * FROM origin',
      "INSERT INTO selected VALUES (2, 'two')",
    ],
    ends: { origin: 'equal', selected: 'equal' },
  },
  'temporary tables': {
    made: ['CREATE TABLE scratched (id int PRIMARY KEY)'],
    done: [
      'CREATE TEMPORARY TABLE scratch AS SELECT 1 AS id UNION SELECT 2',
      'INSERT INTO scratch SELECT id + 10 FROM scratched',
      'INSERT INTO scratched SELECT id FROM scratch',
      'DROP TEMPORARY TABLE scratch',
      'CREATE TEMPORARY TABLE scratched (id int)',
      'INSERT INTO scratched VALUES (99)',
      'ALTER TABLE scratched ADD x int DEFAULT 5',
      'TRUNCATE TABLE scratched',
      'DROP TEMPORARY TABLE scratched',
      'INSERT INTO scratched VALUES (3)',
    ],
    ends: { scratched: 'equal' },
  },
  'a key that MySQL makes invisibly': {
    only: 'mysql',
    made: [
      'SET sql_generate_invisible_primary_key = ON',
      'CREATE TABLE gipk (v varchar(20))',
      "INSERT INTO gipk (v) VALUES ('one'), ('one')",
      'SET sql_generate_invisible_primary_key = OFF',
    ],
    done: ["INSERT INTO gipk (v) VALUES ('two')", 'DELETE FROM gipk WHERE my_row_id = 1'],
    ends: { gipk: 'equal' },
  },
  'invisible columns': {
    made: [
      'CREATE TABLE hidden (id int PRIMARY KEY, v varchar(20) INVISIBLE)',
      "INSERT INTO hidden (id, v) VALUES (1, 'one')",
    ],
    done: ["INSERT INTO hidden (id, v) VALUES (2, 'two')", "UPDATE hidden SET v = 'new' WHERE id = 1"],
    ends: { hidden: 'equal' },
  },
  'a MyISAM table': {
    made: [
      'CREATE TABLE isam (id int PRIMARY KEY, v varchar(20)) ENGINE = MyISAM',
      "INSERT INTO isam VALUES (1, 'one')",
    ],
    done: ["INSERT INTO isam VALUES (2, 'two'), (3, 'three')", 'DELETE FROM isam WHERE id = 1'],
    ends: { isam: 'equal' },
  },
  'INSERT DELAYED, REPLACE and INSERT ... ON DUPLICATE KEY UPDATE': {
    made: [
      'CREATE TABLE late (id int PRIMARY KEY, v varchar(20)) ENGINE = MyISAM',
      "INSERT INTO late VALUES (1, 'one')",
    ],
    done: [
      "INSERT DELAYED INTO late VALUES (2, 'two')",
      'FLUSH TABLE late',
      "REPLACE INTO late VALUES (1, 'again')",
      "INSERT INTO late VALUES (1, 'x') ON DUPLICATE KEY UPDATE v = 'updated'",
    ],
    ends: { late: 'equal' },
  },
  'a table that moves to another database and back': {
    made: ['CREATE TABLE moves (id int PRIMARY KEY, v varchar(20))', "INSERT INTO moves VALUES (1, 'one')"],
    done: [
      'RENAME TABLE moves TO OTHER.moves',
      "INSERT INTO OTHER.moves VALUES (2, 'away')",
      'RENAME TABLE OTHER.moves TO moves',
      "INSERT INTO moves VALUES (3, 'back')",
    ],
    ends: { moves: 'equal' },
  },
  'a table that comes from another database': {
    made: ['CREATE TABLE OTHER.comes (id int PRIMARY KEY)', 'INSERT INTO OTHER.comes VALUES (1)'],
    done: ['RENAME TABLE OTHER.comes TO comes', 'CREATE INDEX i ON comes (id)'],
    ends: { comes: 'equal' },
  },
  'a partition emptied': {
    made: [`CREATE TABLE emptied (id int PRIMARY KEY) ${PARTITIONED}`, 'INSERT INTO emptied VALUES (1), (11), (21)'],
    done: ['ALTER TABLE emptied TRUNCATE PARTITION p1'],
    ends: { emptied: 'paused' },
  },
  'a partition exchanged': {
    made: [
      `CREATE TABLE parts (id int PRIMARY KEY) ${PARTITIONED}`,
      'INSERT INTO parts VALUES (1), (11), (21)',
      'CREATE TABLE single (id int PRIMARY KEY)',
      'INSERT INTO single VALUES (12)',
    ],
    done: ['ALTER TABLE parts EXCHANGE PARTITION p1 WITH TABLE single'],
    ends: { parts: 'paused', single: 'paused' },
  },
  'partitions reorganised': {
    made: [
      `CREATE TABLE reorganised (id int PRIMARY KEY) ${PARTITIONED}`,
      'INSERT INTO reorganised VALUES (1), (11), (21)',
    ],
    done: [
      'ALTER TABLE reorganised REORGANIZE PARTITION p0, p1 INTO (PARTITION q VALUES LESS THAN (20))',
      'INSERT INTO reorganised VALUES (12)',
    ],
    ends: { reorganised: 'equal' },
  },
  'CREATE OR REPLACE TABLE': {
    only: 'mariadb',
    made: ['CREATE TABLE replaced (id int PRIMARY KEY)', 'INSERT INTO replaced VALUES (1)'],
    done: ['CREATE OR REPLACE TABLE replaced (id int PRIMARY KEY)', 'INSERT INTO replaced VALUES (2)'],
    ends: { replaced: 'paused' },
  },
  'DDL behind SET STATEMENT': {
    only: 'mariadb',
    made: [
      'CREATE TABLE prefixed (id int PRIMARY KEY, v varchar(20))',
      "INSERT INTO prefixed VALUES (1, 'a long text')",
    ],
    done: ["SET STATEMENT sql_mode = '' FOR ALTER TABLE prefixed MODIFY v varchar(3)"],
    ends: { prefixed: 'paused' },
  },
};

test.each(['mysql', 'mariadb'] as const)(
  'what is unusual at %s ends equal on both sides, or with its table paused',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: '' });
    const cases = Object.values(UNUSUAL).filter(({ only = source }) => only === source);
    const session = await loadingSession(line);
    try {
      await runAll(line, session, ['CREATE DATABASE OTHER', ...cases.flatMap(({ made }) => made)]);
      const running = startLine(line);
      await running.until(({ state }) => state === 'streaming');
      await runAll(
        line,
        session,
        cases.flatMap(({ done }) => done),
      );
      await running.until(caughtUpSince(Date.now()));
      const ends = await endsOf(line);
      await running.stop();
      expect(ends).toEqual(Object.assign({}, ...cases.map(({ ends: wanted }) => wanted)));
    } finally {
      await runAll(line, session, ['DROP DATABASE IF EXISTS OTHER']);
      await session.end();
      await line.close();
    }
  },
);

async function loadingSession(line: Line): Promise<Connection> {
  const file = join(line.folder, 'rows.csv');
  await writeFile(file, '1,one\n2,two\n3,\\N\n');
  const { createReadStream } = await import('node:fs');
  return await createConnection({ uri: line.source.url, infileStreamFactory: () => createReadStream(file) });
}

async function runAll(line: Line, session: Connection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    const text = statement.replaceAll('OTHER', `${line.source.name}_other`);
    await session.query(text);
  }
}

/** A table that differs and is not paused is 'lost'. */
async function endsOf(line: Line): Promise<Readonly<Record<string, string>>> {
  const paused = await onTarget(line, 'SELECT "table" FROM sluice.paused_table');
  const ends = new Map(paused.map(({ table }) => [String(table), 'paused']));
  const tables = { ...line.config.tables, exclude: [...ends.keys()] };
  for (const { table, isEqual } of await compareAll({ ...line.config, tables })) {
    const name = table.slice(table.indexOf('.') + 1);
    if (!ends.has(name)) ends.set(name, isEqual ? 'equal' : 'lost');
  }
  return Object.fromEntries(ends);
}
