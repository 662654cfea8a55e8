import { afterEach, expect, test } from 'vitest';
import { runCheck } from '../../src/check/check.ts';
import { SCHEMA_ACTIONS } from '../../src/pipeline/schema/actions.ts';
import { expectSchema } from './expect-schema.ts';
import { caughtUpSince, type Line, openLine, startLine } from './line.ts';
import { expectEqual } from './shop.ts';
import { onSource, onTarget } from './statement.ts';

const signal = new AbortController().signal;
const logger = { debug() {}, info() {}, warn() {}, error() {} };

const lines: Line[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

async function openWith(source: 'mysql' | 'mariadb', ...statements: readonly string[]): Promise<Line> {
  const line = await openLine({ source, log: 'embedded', yaml: '' });
  lines.push(line);
  await onSource(line, ...statements);
  return line;
}

test.each([
  ['mysql', 4_000],
  ['mariadb', 2_000],
] as const)(
  'a table of %s with %i columns is a blocker by name, and a run makes nothing, not even the tables beside it',
  async (source, count) => {
    const columns = Array.from({ length: count - 1 }, (_, i) => `c${i} TINYINT`);
    const line = await openWith(
      source,
      `CREATE TABLE far_too_wide (id INT PRIMARY KEY, ${columns.join(', ')}) ENGINE = MyISAM`,
      'CREATE TABLE beside (id INT PRIMARY KEY)',
    );
    const report = await runCheck(line.config, { depth: 'full', onStep: () => {}, signal });
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        severity: 'blocker',
        code: 'TARGET_TABLE_IMPOSSIBLE',
        object: `${line.source.name}.far_too_wide`,
        message: expect.stringMatching(new RegExp(`${count} columns.*1600`)),
        cure: [expect.stringContaining('exclude: ["far_too_wide"]')],
      }),
    );
    const { inventory } = await SCHEMA_ACTIONS.plan(line.config, { signal, logger });
    expect(inventory.entries.find(({ name }) => name === 'far_too_wide')).toMatchObject({ outcome: 'left-out' });
    await expect(startLine(line).ended).rejects.toMatchObject({ message: expect.stringMatching(/far_too_wide/) });
    expect(await onTarget(line, "SELECT 1 FROM pg_class WHERE relname IN ('beside', 'far_too_wide')")).toEqual([]);
  },
);

test.each([
  ['mysql', 10_000],
  ['mariadb', 3_000],
] as const)(
  'an ENUM of %s with %i members arrives, and the target refuses what is no member',
  async (source, count) => {
    const members = Array.from({ length: count }, (_, i) => `'m${i}'`);
    const line = await openWith(
      source,
      `CREATE TABLE chosen (id INT PRIMARY KEY, e ENUM(${members.join(',')}))`,
      `INSERT INTO chosen VALUES (1, 'm0'), (2, 'm255'), (3, 'm256'), (4, 'm${count - 1}'), (5, NULL)`,
    );
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await onSource(line, `UPDATE chosen SET e = 'm${count - 2}' WHERE id = 1`);
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    await expectSchema(line, 0);
    await expect(onTarget(line, `INSERT INTO chosen VALUES (9, 'm${count}')`)).rejects.toThrow(/chosen_e_check/);
  },
);

test('a multi-valued index becomes a GIN index that serves what MEMBER OF becomes; a unique one is listed', async () => {
  const line = await openWith(
    'mysql',
    `CREATE TABLE basket (id INT PRIMARY KEY, doc JSON, INDEX zips ((CAST(doc->'$.zips' AS UNSIGNED ARRAY))))`,
    `CREATE TABLE once (id INT PRIMARY KEY, doc JSON, UNIQUE codes ((CAST(doc->'$.codes' AS UNSIGNED ARRAY))))`,
    `INSERT INTO basket VALUES (1, '{"zips": [1010, 8010]}'), (2, '{"zips": [4020]}'), (3, '{}'), (4, NULL)`,
    "CREATE VIEW in_graz AS SELECT id FROM basket WHERE 8010 MEMBER OF (doc->'$.zips')",
  );
  const running = startLine(line);
  await running.until(caughtUpSince(Date.now()));
  await running.stop();
  await expectEqual(line);
  await expectSchema(line, 1);
  const name = new URL(line.target.url).pathname.slice(1);
  await onTarget(line, `ALTER DATABASE "${name}" SET enable_seqscan = off`);
  expect(JSON.stringify(await onTarget(line, 'EXPLAIN SELECT * FROM in_graz'))).toContain('basket_zips');
  const { inventory } = await SCHEMA_ACTIONS.plan(line.config, { signal, logger });
  expect(inventory.entries.find(({ name }) => name === 'codes')).toMatchObject({
    outcome: 'left-out',
    reason: expect.stringContaining('no unique index'),
  });
});
