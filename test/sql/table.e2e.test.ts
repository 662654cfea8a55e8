import { loadModule, parseSync } from 'libpg-query';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTableDefinition } from '../../src/logic/read/table-definition.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { lex } from '../../src/sql/lexer.ts';
import { cursorAt, parseStatement } from '../../src/sql/parse.ts';
import type { Scope } from '../../src/sql/scope.ts';
import { translateStatement } from '../../src/sql/translate-statement.ts';
import { type TableTranslation, translateTable } from '../../src/sql/translate-table.ts';
import { changeDdl, changeScope, MODE } from './change-table.ts';
import { canonical, TwoServers } from './two-servers.ts';

let servers: TwoServers;
let databases: readonly FreshDatabase[];

beforeAll(async () => {
  await loadModule();
  databases = [
    await freshDatabase(await startServer('mysql'), 'table'),
    await freshDatabase(await startServer('postgres'), 'table'),
  ];
  servers = await TwoServers.open(databases[0]?.url, databases[1]?.url);
  await servers.mysql.query(`SET sql_mode = '${MODE}'`);
  for (const statement of changeDdl('mysql')) await servers.mysql.query(statement);
  for (const statement of changeDdl('postgres')) await servers.postgres.query(statement);
  const rows = "INSERT INTO stock VALUES (1, 5, 'a'), (2, NULL, 'b')";
  await servers.mysql.query(rows);
  await servers.postgres.query(rows);
});
afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  for (const database of databases) await database.drop();
});

function translate(text: string): TableTranslation {
  const scope = changeScope();
  const statement = readTableDefinition(cursorAt(lex(text, scope.dialect), scope.dialect));
  if (statement.tag !== 'create-table') throw new Error('no CREATE TABLE');
  return translateTable(statement.definition, scope, text);
}

/** Statements that make the table `t`, and one that fills it further. */
const TABLES: readonly (readonly [create: string, insert: string])[] = [
  [
    "CREATE TEMPORARY TABLE t (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(10) NOT NULL DEFAULT 'x', n DECIMAL(8,2) DEFAULT '1.5', seen DATETIME(6), kind ENUM('a','B') DEFAULT 'a') ENGINE=MEMORY",
    "INSERT INTO t (name, kind) VALUES ('y', 'b'), (DEFAULT, 1)",
  ],
  [
    'CREATE TEMPORARY TABLE IF NOT EXISTS t (a INT NOT NULL, b BIGINT UNSIGNED, c TINYINT, d YEAR, PRIMARY KEY (a, b), KEY (c), CHECK (c > 0))',
    'INSERT INTO t VALUES (1, 4294967296, 3, 2020) ON DUPLICATE KEY UPDATE c = 4',
  ],
  [
    "CREATE TEMPORARY TABLE t (k INT UNIQUE, n INT, m INT AS (n * 2) STORED, doc JSON, bits BLOB, took TIME, tags SET('x','y'))",
    "REPLACE INTO t (k, n, doc, took) VALUES (1, 2, '{}', '10:00:00'), (1, 3, '[1]', '25:00:01')",
  ],
  [
    'CREATE TEMPORARY TABLE t AS SELECT item_id, amount * 2 AS twice, label FROM stock',
    'INSERT INTO t VALUES (3, 4, 5)',
  ],
  ['CREATE TEMPORARY TABLE t SELECT COUNT(*) AS n FROM stock', 'INSERT INTO t VALUES (7)'],
  ['CREATE TEMPORARY TABLE t LIKE stock', "INSERT INTO t VALUES (1, 1, 'n') ON DUPLICATE KEY UPDATE amount = 0"],
];

function text(cell: unknown): string {
  if (cell === null || cell === undefined) return 'NULL';
  return canonical({ text: typeof cell === 'object' ? JSON.stringify(cell) : String(cell) });
}

describe('a temporary table', () => {
  test.each(TABLES)('%s holds the same rows on both servers', async (create, insert) => {
    const { sql, shape } = translate(create);
    expect(() => parseSync(sql ?? '')).not.toThrow();
    const scope: Scope = { ...changeScope(), table: () => shape };
    const { sql: filled = '' } = translateStatement(parseStatement(insert, scope.dialect), scope, insert);
    await servers.mysql.query(create);
    await servers.postgres.query(sql ?? '');
    try {
      await servers.mysql.query(insert);
      await servers.postgres.query(filled);
      const [left, names] = await servers.mysqlRows('SELECT * FROM t');
      const [right, ours] = await servers.postgresRows('SELECT * FROM t');
      const shown = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.map(text).join(' | ')).toSorted();
      expect(ours).toEqual(names);
      expect(shown(right)).toEqual(shown(left));
    } finally {
      await servers.mysql.query('DROP TEMPORARY TABLE t');
      await servers.postgres.query('DROP TABLE t');
    }
  });

  test.each([
    ['CREATE TABLE t (a INT)', 'TRANSACTION'],
    ['CREATE TEMPORARY TABLE t (a INT, KEY (a))', 'KEY'],
    ['CREATE TEMPORARY TABLE t (a INT) ENGINE=InnoDB', 'HINT'],
    ['CREATE TEMPORARY TABLE t (PRIMARY KEY (item_id)) SELECT item_id FROM stock', 'KEY'],
  ])('%s: %s is told', (create, code) => {
    const { sql, findings } = translate(create);
    expect(findings.map((finding) => finding.code)).toContain(code);
    expect(sql).toBeDefined();
  });

  test.each([
    'CREATE TEMPORARY TABLE t (a POINT)',
    'CREATE TEMPORARY TABLE t (a INT) SELECT item_id FROM stock',
    'CREATE TEMPORARY TABLE t (a VARCHAR(9), UNIQUE (a(3)))',
    'CREATE TEMPORARY TABLE t (a TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)',
  ])('%s gives no SQL', (create) => {
    expect(translate(create).sql).toBeUndefined();
  });
});
