import { afterEach, expect, test } from 'vitest';
import { caughtUpSince, type Line } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, verify } from './session.ts';

afterEach(cleanUpAll);

const RULES = '{ exclude: [secret], mask: { email: hash, note: truncate(3) } }';
const YAML = `verify: { throttle: 100% }
tables: { maskSalt: 0123456789abcdef, rules: { hidden: ${RULES}, hidden_bag: ${RULES} } }`;

const HIDDEN = 'email varchar(40), note varchar(20), secret varchar(20)';
const LARGE = "REPEAT('ü', 1500000)";
const FILL = [
  `CREATE TABLE hidden (a int PRIMARY KEY, ${HIDDEN})`,
  `CREATE TABLE hidden_bag (a int, ${HIDDEN})`,
  'CREATE TABLE large (a int PRIMARY KEY, t longtext)',
  'CREATE TABLE large_bag (a int, t longtext)',
  ...['hidden', 'hidden_bag'].map(
    (table) =>
      `INSERT INTO ${table} VALUES (1, 'a@b', 'abcdef', 's1'), (2, NULL, NULL, NULL), (3, 'c@d', 'kept', 's3')`,
  ),
  ...['large', 'large_bag'].map((table) => `INSERT INTO ${table} VALUES (1, ${LARGE}), (2, 'short'), (3, ${LARGE})`),
];

const DAMAGE = ['hidden', 'hidden_bag']
  .map((table) => `DELETE FROM ${table} WHERE a = 1; UPDATE ${table} SET email = 'x' WHERE a = 3`)
  .concat(
    ['large', 'large_bag'].map(
      (table) => `DELETE FROM ${table} WHERE a = 1; UPDATE ${table} SET t = t || ' ' WHERE a = 3;
        INSERT INTO ${table} VALUES (4, repeat('y', 3000000))`,
    ),
  )
  .join(';');

/** The status of both as one: neither is just starting. */
async function untilBoth(line: Line, processes: Parameters<typeof untilProcess>[2]['processes']): Promise<void> {
  const isCaughtUp = caughtUpSince(Date.now());
  await untilProcess(line, (status) => status.mode === 'run' && isCaughtUp(status), { processes });
}

test.each(['mysql', 'mariadb'] as const)(
  'where sluice capture and sluice apply run apart, large rows of %s and rows under rules are repaired, with a key and without',
  async (source) => {
    // Of its own: what others write there would be waited for while nothing captures.
    const line = await lineOf({ source, log: 'kafka', yaml: YAML, isSourceOwn: true });
    await onSource(line, ...FILL);
    let capture = started(line, 'capture');
    const apply = started(line, 'apply');
    await untilBoth(line, [capture, apply]);
    const clean = await verify(line, '--table', '*');
    expect(clean, JSON.stringify(clean)).toMatchObject({ exit: 0 });
    await onTarget(line, DAMAGE);
    const repair = ['--table', '*', '--repair', '--confirm', line.config.pipeline];

    // Nobody reads rows anew: that is said, and nothing is counted as repaired.
    expect(await capture.stop(), capture.log).toBe(0);
    let alone = await verify(line, ...repair, '--restart', '--timeout', '20s');
    while (alone.data?.isFinished !== true) {
      // The last beat was written and not read any more, so that the target does not reach the source.
      capture = started(line, 'capture');
      await untilBoth(line, [capture, apply]);
      expect(await capture.stop(), capture.log).toBe(0);
      alone = await verify(line, ...repair, '--restart', '--timeout', '20s');
    }
    expect(alone.data.tables.map(({ state, repaired }) => ({ state, repaired }))).toEqual(
      Array(4).fill({ state: 'failed', repaired: 0 }),
    );
    expect(alone.data.tables[0]?.advice).toContain('Start sluice capture on this machine');

    capture = started(line, 'capture');
    await untilBoth(line, [capture, apply]);
    const done = await verify(line, ...repair, '--restart');
    const told = done.data.tables.map(({ table, state, advice, repaired }) => ({ table, state, advice, repaired }));
    expect(told).toEqual([
      { table: 'hidden', state: 'equal', advice: null, repaired: 2 },
      { table: 'hidden_bag', state: 'equal', advice: null, repaired: 3 },
      { table: 'large', state: 'equal', advice: null, repaired: 3 },
      { table: 'large_bag', state: 'equal', advice: null, repaired: 4 },
    ]);
    expect(await verify(line, '--table', '*', '--restart')).toMatchObject({ exit: 0 });
    expect(await apply.stop(), apply.log).toBe(0);
    expect(await capture.stop(), capture.log).toBe(0);
    await expectEqual(line);
  },
  600_000,
);
