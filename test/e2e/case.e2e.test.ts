import { afterEach, expect, test } from 'vitest';
import { SCHEMA_ACTIONS } from '../../src/pipeline/schema/actions.ts';
import { sidesOf } from '../pipeline/sides.ts';
import { expectSchema } from './expect-schema.ts';
import { caughtUpSince, type Line, openLine, startLine } from './line.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

const RULES = `tables:
  rules:
    login: { case: { name: citext } }
    session: { case: { login_name: citext } }
    account: { case: { email: lower, nick: lower } }
    tag: { case: { slug: lower, label: citext } }
`;

const TABLES = [
  'CREATE TABLE login (name VARCHAR(12) PRIMARY KEY, n INT)',
  `CREATE TABLE session (id INT PRIMARY KEY, login_name VARCHAR(12), KEY by_login (login_name),
    CONSTRAINT of_login FOREIGN KEY (login_name) REFERENCES login (name) ON DELETE CASCADE)`,
  `CREATE TABLE account (id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(40) NOT NULL, nick VARCHAR(20),
    UNIQUE by_email (email), UNIQUE by_nick (nick, id DESC), UNIQUE just_nick (nick(6)))`,
  `CREATE TABLE post (id INT PRIMARY KEY, email VARCHAR(40), CONSTRAINT of_account FOREIGN KEY (email) REFERENCES account (email))`,
  'CREATE TABLE tag (slug VARCHAR(20) PRIMARY KEY, label TEXT, UNIQUE by_label (label(4)))',
  "INSERT INTO login VALUES ('Ann', 1), ('bob', 2), ('Élan', 3)",
  "INSERT INTO session VALUES (1, 'ann'), (2, 'ANN'), (3, 'Bob'), (4, NULL)",
  "INSERT INTO account (email, nick) VALUES ('Ann@Example.org', 'Annie'), ('bob@example.org', NULL), ('c@example.org', NULL)",
  "INSERT INTO post VALUES (1, 'Ann@Example.org'), (2, 'bob@example.org')",
  "INSERT INTO tag VALUES ('News', 'Top stories'), ('misc', 'Rest')",
];

/** Each breaks a unique key of the source by the case of a letter alone, or a length, or names no parent. */
const REFUSED: readonly (readonly [sql: string, sqlstate: string])[] = [
  ["INSERT INTO login VALUES ('ANN', 9)", '23505'],
  ["INSERT INTO login VALUES ('éLAN', 9)", '23505'],
  ["UPDATE login SET name = 'BOB' WHERE name = 'ann'", '23505'],
  ["INSERT INTO login VALUES ('thirteen char', 9)", '23514'],
  ["INSERT INTO session VALUES (9, 'nobody')", '23503'],
  ["INSERT INTO account (email) VALUES ('ANN@example.ORG')", '23505'],
  ["INSERT INTO account (email, nick) VALUES ('x@example.org', 'ANNIEx')", ''],
  ["INSERT INTO account (email, nick) VALUES ('y@example.org', 'annie')", '23505'],
  ["INSERT INTO tag VALUES ('NEWS', 'x')", '23505'],
  ["INSERT INTO tag VALUES ('other', 'TOP of the list')", '23505'],
];

/** Each is taken by the source, and so by the target. */
const TAKEN = [
  "INSERT INTO login VALUES ('annA', 9)",
  "UPDATE login SET name = 'ÉLAN' WHERE name = 'élan'",
  "INSERT INTO session VALUES (9, 'BOB')",
  "INSERT INTO account (email) VALUES ('ann2@example.org')",
  "INSERT INTO tag VALUES ('new', 'Bottom')",
];

const lines: Line[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

async function refusal(run: Promise<unknown>): Promise<string> {
  return await run.then(
    () => '',
    (error) => error.sqlstate ?? error.cause?.sqlState ?? error.code ?? String(error),
  );
}

test.each(['mysql', 'mariadb'] as const)(
  'what a unique key of %s refuses by case, the target refuses under citext and lower, and every row arrives',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', yaml: RULES });
    lines.push(line);
    await onSource(line, ...TABLES);
    await onTarget(line, 'CREATE EXTENSION citext');
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await onSource(
      line,
      "UPDATE login SET name = 'ANN' WHERE name = 'bob' AND 1 = 0",
      "UPDATE login SET name = 'élan', n = 4 WHERE name = 'ÉLAN'",
      "DELETE FROM tag WHERE slug = 'news'",
      "INSERT INTO tag VALUES ('NEWS', 'tOP ten')",
      "UPDATE account SET nick = 'bob' WHERE id = 2",
      "UPDATE account SET nick = 'ANNIE' WHERE id = 1",
      "DELETE FROM login WHERE name = 'BOB'",
      "INSERT INTO login VALUES ('BOB', 7)",
    );
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    await expectSchema(line, 0);
    await expectSameRefusals(line);
  },
);

async function expectSameRefusals(line: Line): Promise<void> {
  const sides = await sidesOf(line);
  try {
    await sides.target.query('SET session_replication_role = origin');
    await sides.source.run("SET SESSION sql_mode = 'STRICT_ALL_TABLES'");
    for (const [sql, sqlstate] of REFUSED) {
      const ours = await refusal(sides.target.query(sql));
      const theirs = await refusal(sides.source.run(sql));
      expect({ sql, ours, isRefused: theirs !== '' }).toEqual({ sql, ours: sqlstate, isRefused: sqlstate !== '' });
    }
    for (const sql of TAKEN) {
      expect([sql, await refusal(sides.source.run(sql)), await refusal(sides.target.query(sql))]).toEqual([
        sql,
        '',
        '',
      ]);
    }
  } finally {
    await sides.close();
  }
}

test('citext without its extension and a foreign key with one side of it are refused before anything is made', async () => {
  const line = await openLine({
    source: 'mysql',
    log: 'embedded',
    yaml: 'tables: { rules: { login: { case: { name: citext } } } }',
  });
  lines.push(line);
  await onSource(line, ...TABLES);
  const { result, error } = await startLine(line).ended.then(
    (ended) => ({ result: ended, error: null }),
    (failure) => ({ result: null, error: failure }),
  );
  expect(result).toBeNull();
  expect(String(error.message)).toMatch(/citext/);
  const plan = await SCHEMA_ACTIONS.plan(line.config, {
    signal: new AbortController().signal,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  expect(plan.inventory.entries.find(({ kind, name }) => kind === 'foreign-key' && name === 'of_login')).toMatchObject({
    outcome: 'left-out',
    reason: expect.stringContaining('not both citext'),
  });
});
