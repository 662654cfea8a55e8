import { type Connection, createConnection } from 'mysql2/promise';
import { type Line, pause } from './line.ts';
import { onSource } from './statement.ts';

export const LIVE_TABLES = [
  'CREATE TABLE live (id int PRIMARY KEY, name varchar(20), gone int, n int NOT NULL, KEY by_name (name))',
  "INSERT INTO live WITH RECURSIVE seq (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM seq WHERE i < 500) SELECT i, CONCAT('old ', i), i, i FROM seq",
];

/** One after the other, each under writes to `live`; what an application's migrations do over the years. */
export const MIGRATIONS: readonly (readonly string[])[] = [
  ['ALTER TABLE live ADD COLUMN note varchar(30) NULL AFTER id'],
  ['ALTER TABLE live ADD COLUMN amount decimal(10,2) NOT NULL DEFAULT 12.5'],
  // Django adds with a default and drops it at once: the catalogue has forgotten what the old rows took over.
  ['ALTER TABLE live ADD COLUMN flag tinyint(1) DEFAULT 1 NOT NULL', 'ALTER TABLE live ALTER COLUMN flag DROP DEFAULT'],
  // A row in between tells the first shape: without one, the stream that reads late cannot know what MODIFY met.
  [
    "ALTER TABLE live ADD kind enum('a','b') NOT NULL DEFAULT 'b'",
    'UPDATE live SET n = n + 1 WHERE id = 1',
    "ALTER TABLE live MODIFY kind enum('a','b','c') NOT NULL",
  ],
  ["UPDATE live SET kind = 'c' WHERE id % 3 = 0"],
  ['ALTER TABLE live MODIFY name varchar(200), MODIFY n bigint NOT NULL'],
  ["UPDATE live SET name = REPEAT('é', 150), n = 9000000000 WHERE id % 5 = 0"],
  ['ALTER TABLE live CHANGE name title varchar(200)', 'ALTER TABLE live DROP COLUMN gone'],
  ['CREATE UNIQUE INDEX by_amount ON live (id, amount)', 'CREATE INDEX by_title ON live (title)'],
  ['DROP INDEX by_amount ON live'],
  [
    'ALTER TABLE live ADD brief int, DROP COLUMN note',
    'UPDATE live SET brief = 5 WHERE id < 9',
    'ALTER TABLE live DROP brief',
  ],
  [
    'CREATE TABLE made (id int AUTO_INCREMENT PRIMARY KEY, t text)',
    "INSERT INTO made (t) VALUES ('first'), ('second')",
    'RENAME TABLE made TO remade',
    "INSERT INTO remade (t) VALUES ('third')",
    'CREATE TABLE dropped LIKE remade',
    "INSERT INTO dropped (t) VALUES ('gone')",
    'TRUNCATE TABLE remade',
    "INSERT INTO remade (t) VALUES ('fourth')",
    'DROP TABLE dropped',
  ],
];

/** What gh-ost and pt-online-schema-change do, with pt's triggers: both copy rows and then exchange names. */
export function swapped(copy: string, old: string, alteration: string): readonly string[] {
  const columns = '(id, n, title, flag, kind)';
  const now = '(NEW.id, NEW.n, NEW.title, NEW.flag, NEW.kind)';
  return [
    `CREATE TABLE ${copy} LIKE live`,
    `ALTER TABLE ${copy} ${alteration}`,
    `CREATE TRIGGER swap_u AFTER UPDATE ON live FOR EACH ROW REPLACE INTO ${copy} ${columns} VALUES ${now}`,
    `CREATE TRIGGER swap_i AFTER INSERT ON live FOR EACH ROW REPLACE INTO ${copy} ${columns} VALUES ${now}`,
    `CREATE TRIGGER swap_d AFTER DELETE ON live FOR EACH ROW DELETE IGNORE FROM ${copy} WHERE id = OLD.id`,
    `INSERT IGNORE INTO ${copy} ${columns} SELECT id, n, title, flag, kind FROM live WHERE id <= 250`,
    `INSERT IGNORE INTO ${copy} ${columns} SELECT id, n, title, flag, kind FROM live WHERE id > 250`,
    `RENAME TABLE live TO ${old}, ${copy} TO live`,
    `DROP TABLE ${old}`,
  ];
}

/** Writes to `live` until stopped, with columns that every shape of it has. */
export function writeAlong(line: Line): { stop(): Promise<void> } {
  let isStopped = false;
  const written = (async () => {
    const connection = await createConnection(line.source.url);
    try {
      await connection.query("SET sql_mode = ''");
      for (let id = 1000; !isStopped; id++) {
        await surely(connection, `INSERT IGNORE INTO live (id, n) VALUES (${id}, ${id})`);
        await surely(connection, `UPDATE live SET n = n + 1 WHERE id IN (${id % 500}, ${id - 3})`);
        if (id % 7 === 0) await surely(connection, `DELETE FROM live WHERE id = ${id - 5}`);
        await pause(2);
      }
    } finally {
      await connection.end();
    }
  })();
  written.catch(() => {});
  return {
    stop: async () => {
      isStopped = true;
      await written;
    },
  };
}

const DEADLOCK = 1213;

/** Again where whoever copies the rows was there first, as an application does. */
async function surely(connection: Connection, sql: string): Promise<void> {
  for (;;) {
    try {
      await connection.query(sql);
      return;
    } catch (error) {
      if ((error as { readonly errno?: number }).errno !== DEADLOCK) throw error;
    }
  }
}

export async function migrate(line: Line, steps: readonly (readonly string[])[]): Promise<void> {
  for (const statements of steps) {
    await onSource(line, ...statements);
    await pause(30);
  }
}
