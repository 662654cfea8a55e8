import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseScope } from '../../src/check/grant.ts';
import type { AttemptStatus } from '../../src/contract/cutover.ts';
import { begun } from '../cutover/switch-line.ts';
import { caughtUpSince, type Line, openLine, type RunningLine, startLine } from '../e2e/line.ts';
import { onSource } from '../e2e/statement.ts';

const YAML = `tables: { include: ["*"], rules: { parent: { case: { code: lower } } } }
cutover: { steadyFor: 1s, wayBack: false }`;
/** The application of this test has no role of its own. */
const WAIVERS = [{ gate: 'target-roles', by: 'ada', reason: 'nothing writes there' }];
const UNCHECKED = 'SET foreign_key_checks = 0';

let line: Line;
let running: RunningLine;
/** On the source, when the fence is about to be set: behind the counting of all rows. */
let beforeFence: readonly string[] = [];

beforeAll(async () => {
  line = await openLine({ source: 'mysql', log: 'embedded', yaml: YAML, isSourceOwn: true, hasAccounts: true });
  await onSource(
    line,
    'CREATE TABLE parent (id int NOT NULL PRIMARY KEY, code varchar(10) NOT NULL UNIQUE)',
    `CREATE TABLE child (id int NOT NULL PRIMARY KEY, parent_id int NULL, code varchar(10) NULL,
       CONSTRAINT by_id FOREIGN KEY (parent_id) REFERENCES parent (id),
       CONSTRAINT by_code FOREIGN KEY (code) REFERENCES parent (code))`,
    "INSERT INTO parent VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    "INSERT INTO child VALUES (1, 1, 'a'), (2, 2, NULL)",
  );
  running = startLine(line, 'run', {
    onPoint: async (point, step) => {
      if (point === 'step-noted' && step === 'fence') await onSource(line, UNCHECKED, ...beforeFence);
    },
  });
  await running.until(caughtUpSince(Date.now()));
});
afterAll(async () => {
  await running?.stop();
  await line?.close();
});

/** A rehearsal with its fence, once every gate is green. */
async function rehearsed(...statements: readonly string[]): Promise<AttemptStatus> {
  beforeFence = statements;
  await running.until(caughtUpSince(Date.now()));
  await running.verify();
  const id = await begun(running, 'forward', { isRehearsal: true, waivers: WAIVERS });
  let last: AttemptStatus | undefined;
  await running.until(({ cutover }) => {
    last = cutover?.attempt ?? undefined;
    return last?.id === id && last.isOver;
  });
  if (last === undefined) throw new Error('no attempt');
  return last;
}

function told(attempt: AttemptStatus, step: string): string {
  return attempt.steps.find(({ name }) => name === step)?.detail ?? '';
}

test('rows whose parents are there go through, and the keys looked at are told', async () => {
  const attempt = await rehearsed("INSERT INTO parent VALUES (4, 'd')", "INSERT INTO child VALUES (4, 4, 'd')");
  expect(attempt.reason).toBe('a rehearsal ends here');
  for (const step of ['verify-ahead', 'verify'])
    expect(told(attempt, step)).toContain('no row lacks its parent (2 foreign keys)');
  expect(told(attempt, 'counts')).toBe('7 rows of 2 tables on each side');
});

test.each([
  ['a parent that went', 'DELETE FROM parent WHERE id = 2', 'DELETE FROM child WHERE id = 2', 'by_id: 1 row '],
  ['a child that came', 'INSERT INTO child VALUES (5, 77, NULL)', 'DELETE FROM child WHERE id = 5', 'by_id: 1 row '],
  [
    'a parent’s other key that changed',
    "UPDATE parent SET code = 'x' WHERE id = 1",
    "UPDATE parent SET code = 'a' WHERE id = 1",
    'by_code: 1 row ',
  ],
])(
  '%s since all rows were counted is found behind the fence, among the rows that changed',
  async (_, breaks, mends, named) => {
    const attempt = await rehearsed(breaks);
    expect(attempt.reason).toMatch(/^verify failed: .*CUTOVER_ORPHANS/);
    expect(attempt.reason).toContain(named);
    beforeFence = [];
    await onSource(line, UNCHECKED, mends);
  },
);

test('one that was there before is found ahead of the fence, and nothing is blocked', async () => {
  await onSource(line, UNCHECKED, 'INSERT INTO child VALUES (6, 88, NULL)');
  const attempt = await rehearsed();
  expect(attempt).toMatchObject({ reason: expect.stringMatching(/^verify-ahead failed: .*by_id/), writeBlockMs: null });
  await onSource(line, 'DELETE FROM child WHERE id = 6');
});

test('one that was mended before the fence holds nothing up', async () => {
  const attempt = await rehearsed('INSERT INTO child VALUES (7, 99, NULL)', "INSERT INTO parent VALUES (99, 'z')");
  expect(attempt.reason).toBe('a rehearsal ends here');
});

test('a table that the account does not see any more behind the fence is not taken for equal', async () => {
  const right = `SELECT ON ${databaseScope(line.source.name)}`;
  const attempt = await rehearsed(`REVOKE ${right} FROM sluice@'%'`);
  await onSource(line, `GRANT ${right} TO sluice@'%'`);
  expect(attempt.reason).toMatch(/^verify failed: .*CUTOVER_NOT_VERIFIED|SOURCE_PRIVILEGE_MISSING/);
});

test('a table that is not seen any more turns gates red before anything is begun, also beside others that are seen', async () => {
  const right = `SELECT ON ${databaseScope(line.source.name)}`;
  const state = async () => {
    const { gates } = await running.actions().plan('forward');
    const told = gates.filter(({ name }) => name === 'verified' || name === 'identities');
    return told.map(({ state: now, value }) => `${now}: ${/\S+ is not seen/.exec(value)?.[0].split('.')[1]}`);
  };
  await running.verify();
  expect(await state()).toEqual(['green: undefined', 'green: undefined']);
  const parent = `SELECT ON \`${line.source.name}\`.parent`;
  await onSource(line, `GRANT ${parent} TO sluice@'%'`, `REVOKE ${right} FROM sluice@'%'`);
  const lost = await state();
  await onSource(line, `GRANT ${right} TO sluice@'%'`);
  expect(lost).toEqual(['red: child is not seen', 'red: child is not seen']);
});
