import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AttemptStatus, Direction } from '../../src/contract/cutover.ts';
import { SluiceError } from '../../src/contract/error.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { caughtUpSince, type Line, openLine, type RunningLine, type SourceKind, startLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { type Application, LEDGER } from './application.ts';

const YAML = `tables: { include: ["*"], rules: { ledger: { case: { token: lower } } } }
cutover:
  steadyFor: 1s
  writeBlockLimit: 30s
  targetRoles: [app]
  flip: { kind: env-file, file: side, set: { SIDE: target } }
  probe: { command: grep -q SIDE side }`;
/** Where the application is pointed, before and after; nothing but the value changes. */
const SIDE = '# of the application\nexport SIDE=source # or target\n';

/** Servers of its own with an application's accounts; the commands of the configuration write where it is pointed. */
export async function openSwitchLine(source: SourceKind): Promise<Line> {
  const line = await openLine({
    ...{ source, log: 'embedded', yaml: YAML, isSourceOwn: true, isTargetOwn: true, hasAccounts: true },
  });
  writeFileSync(join(line.folder, 'side'), SIDE);
  const grant = `GRANT SELECT, INSERT, UPDATE, DELETE ON \`${line.source.name}\`.* TO app@'%'`;
  await onSource(line, LEDGER.mysql, LEDGER.account, 'INSERT INTO account VALUES (1, 1000000), (2, 0)');
  await onSource(line, "CREATE USER app@'%' IDENTIFIED BY 'app'", grant);
  return line;
}

/** Runs it, loaded, with the application's role on the target. */
export async function startSwitchLine(line: Line): Promise<RunningLine> {
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
export function sideOf({ folder }: Line): 'source' | 'target' {
  const text = readFileSync(join(folder, 'side'), 'utf8');
  if (text === SIDE) return 'source';
  expect(text).toBe(SIDE.replace('=source', '=target'));
  return 'target';
}

/** The login of the application there. */
export function loginOf(line: Line, side: 'source' | 'target'): string {
  const own = new URL(line[side].url);
  own.username = 'app';
  own.password = 'app';
  return own.href;
}

/** Begins once every gate is green; answers the attempt when it is over. */
export async function switchTo(running: RunningLine, direction: Direction): Promise<AttemptStatus> {
  const id = await begun(running, direction);
  let last: AttemptStatus | null = null;
  await running.until(({ cutover }) => {
    last = cutover?.attempt ?? null;
    return last?.id === id && last.isOver;
  });
  if (last === null) throw new Error('no attempt');
  return last;
}

const GATES_MS = 20_000;
const TRIES = 5;

/**
 * On a busy machine a gate may turn red in the moment between the look and the beginning, and the end of a load voids a
 * comparison that has begun beside it: then again.
 */
async function begun(running: RunningLine, direction: Direction): Promise<string> {
  const isThere = direction === 'forward' ? 'streaming' : 'cut-over';
  const isReady = ({ state, cutover }: PipelineStatus) => {
    const gates = cutover?.gates ?? [];
    return state === isThere && gates.length > 0 && gates.every((gate) => gate.state !== 'red');
  };
  for (let tries = 1; ; tries++) {
    try {
      await running.until(({ state }) => state === isThere);
      if (direction === 'forward') await running.verify();
      await running.until(isReady, GATES_MS);
      const request = { direction, by: 'ada', isRehearsal: false, fences: true, waivers: [] };
      return (await running.actions().begin(request)).id;
    } catch (error) {
      const isOurs = !(error instanceof SluiceError) || error.code === 'CUTOVER_GATES_RED';
      if (tries === TRIES || !isOurs) throw error;
    }
  }
}

/** The application has got some writes through since. */
export async function written(application: Application): Promise<void> {
  const before = application.acknowledged.length;
  await expect
    .poll(() => application.acknowledged.length - before, { timeout: 60_000, interval: 100 })
    .toBeGreaterThan(20);
}

/** Every acknowledged write is on the target exactly once; asked while both sides are level. */
export async function expectNoneLost(line: Line, application: Application): Promise<void> {
  const rows = await onTarget(line, 'SELECT token, count(*)::text AS times FROM ledger GROUP BY token');
  const times = new Map(rows.map(({ token, times: count }) => [token, count]));
  expect(application.acknowledged.filter(({ token }) => times.get(token) !== '1')).toEqual([]);
}
