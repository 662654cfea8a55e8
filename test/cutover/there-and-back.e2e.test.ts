import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AttemptStatus, Direction } from '../../src/contract/cutover.ts';
import { caughtUpSince, type Line, openLine, type RunningLine, startLine } from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { Application, LEDGER } from './application.ts';

const YAML = `tables: { include: ["*"] }
cutover:
  steadyFor: 1s
  writeBlockLimit: 30s
  targetRoles: [app]
  flip: { kind: env-file, file: side, set: { SIDE: target } }
  probe: { command: grep -q SIDE side }`;
/** Where the application is pointed, before and after; nothing but the value changes. */
const SIDE = '# of the application\nexport SIDE=source # or target\n';
const ROUNDS = 3;

test.each(['mysql', 'mariadb'] as const)(
  'an application goes from %s to PostgreSQL and back, three times, and no acknowledged write is lost or doubled',
  async (source) => {
    const line = await openLine({
      ...{ source, log: 'embedded', yaml: YAML, isSourceOwn: true, isTargetOwn: true, hasAccounts: true },
    });
    const running = await begin(line);
    const sides = { source: as(line.source.url), target: as(line.target.url) };
    const application = new Application(() => sides[sideOf(line)], { everyMs: 20 });
    try {
      for (let round = 0; round < ROUNDS; round++) {
        await switchTo(running, 'forward');
        expect(sideOf(line)).toBe('target');
        await written(application);
        await switchTo(running, 'back');
        expect(sideOf(line)).toBe('source');
        await written(application);
      }
      await application.stop();
      await running.until(caughtUpSince(Date.now()));
      const times = new Map((await onTarget(line, TIMES)).map(({ token, times: count }) => [token, count]));
      expect(application.acknowledged.filter(({ token }) => times.get(token) !== '1')).toEqual([]);
      await expectEqual(line);
    } finally {
      await application.stop();
      await running.stop().catch(() => {});
      await line.close();
    }
  },
  300_000,
);

const TIMES = 'SELECT token, count(*)::text AS times FROM ledger GROUP BY token';

/** A loaded line, with an account of the application on both sides. */
async function begin(line: Line): Promise<RunningLine> {
  writeFileSync(join(line.folder, 'side'), SIDE);
  const grant = `GRANT SELECT, INSERT, UPDATE, DELETE ON \`${line.source.name}\`.* TO app@'%'`;
  await onSource(line, LEDGER.mysql, LEDGER.account, 'INSERT INTO account VALUES (1, 1000000), (2, 0)');
  await onSource(line, "CREATE USER app@'%' IDENTIFIED BY 'app'", grant);
  const running = startLine(line);
  await running.until(caughtUpSince(Date.now()));
  await onTarget(line, "CREATE ROLE app LOGIN PASSWORD 'app'");
  await onTarget(
    line,
    'GRANT ALL ON ALL TABLES IN SCHEMA public TO app; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO app',
  );
  return running;
}

/** Where the application is pointed: the flip changes the file, and its undo puts it back whole. */
function sideOf({ folder }: Line): 'source' | 'target' {
  const text = readFileSync(join(folder, 'side'), 'utf8');
  if (text === SIDE) return 'source';
  expect(text).toBe(SIDE.replace('=source', '=target'));
  return 'target';
}

function as(url: string): string {
  const own = new URL(url);
  own.username = 'app';
  own.password = 'app';
  return own.href;
}

/** Once every gate is green; ends when the switch is over. */
async function switchTo(running: RunningLine, direction: Direction): Promise<void> {
  const isThere = direction === 'forward' ? 'streaming' : 'cut-over';
  await running.until(({ state, cutover }) => {
    const gates = cutover?.gates ?? [];
    return state === isThere && gates.length > 0 && gates.every((gate) => gate.state !== 'red');
  });
  const request = { direction, by: 'ada', isRehearsal: false, fences: true, waivers: [] };
  const { id } = await running.actions().begin(request);
  let last: AttemptStatus | null = null;
  await running.until(({ cutover }) => {
    last = cutover?.attempt ?? null;
    return last?.id === id && last.isOver;
  });
  expect(last).toMatchObject({ direction, outcome: 'committed', reason: null });
  const { steps } = running.status().cutover?.attempt ?? { steps: [] };
  const told = (step: string) => steps.find(({ name }) => name === step)?.detail;
  expect(told('probe')).toMatch(/^the application is well/);
  if (direction === 'forward') expect(told('first-write')).toMatch(/^the application writes to the new side: /);
}

/** The application has got some writes through since. */
async function written(application: Application): Promise<void> {
  const before = application.acknowledged.length;
  await expect.poll(() => application.acknowledged.length - before, { timeout: 30_000 }).toBeGreaterThan(20);
}
