import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AttemptStatus, CutoverRequest, Direction } from '../../src/contract/cutover.ts';
import { SluiceError } from '../../src/contract/error.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import type { RunOptions } from '../../src/pipeline/run-option.ts';
import {
  caughtUpSince,
  type Line,
  type LineOptions,
  type LogKind,
  openLine,
  pause,
  type RunningLine,
  type SourceKind,
  startLine,
} from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { type Application, LEDGER, writeOnce } from './application.ts';

const YAML = `tables: { include: ["*"], rules: { ledger: { case: { token: lower } } } }
cutover:
  steadyFor: 1s
  writeBlockLimit: 30s
  targetRoles: [app]
  flip: { kind: env-file, file: side, set: { SIDE: target } }
  probe: { command: grep -q SIDE side }`;
/** Where the application is pointed, before and after; nothing but the value changes. */
const SIDE = '# of the application\nexport SIDE=source # or target\n';

export interface SwitchLineOptions extends Partial<LineOptions> {
  /** Further entries of `cutover`. */
  readonly cutover?: string;
}

/** Servers of its own with an application's accounts; the commands of the configuration write where it is pointed. */
export async function openSwitchLine(
  source: SourceKind,
  log: LogKind = 'embedded',
  { cutover, ...options }: SwitchLineOptions = {},
): Promise<Line> {
  const yaml = cutover === undefined ? YAML : `${YAML}\n  ${cutover}`;
  const line = await openLine({
    ...{ source, log, yaml, isSourceOwn: true, isTargetOwn: true, hasAccounts: true },
    ...options,
  });
  writeFileSync(join(line.folder, 'side'), SIDE);
  const grant = `GRANT SELECT, INSERT, UPDATE, DELETE ON \`${line.source.name}\`.* TO app@'%'`;
  await onSource(line, LEDGER.mysql, LEDGER.account, 'INSERT INTO account VALUES (1, 1000000), (2, 0)');
  await onSource(line, "CREATE USER app@'%' IDENTIFIED BY 'app'", grant);
  return line;
}

export interface StartOptions extends Pick<RunOptions, 'onPoint' | 'withParts'> {
  readonly onStatus?: (status: PipelineStatus) => void;
  readonly mode?: 'run' | 'apply';
}

/** Runs it, loaded, with the application's role on the target. */
export async function startSwitchLine(
  line: Line,
  { onStatus = () => {}, mode = 'run', ...more }: StartOptions = {},
): Promise<RunningLine> {
  const running = startLine(line, mode, more);
  running.onStatus(onStatus);
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

export function otherSide(side: 'source' | 'target'): 'source' | 'target' {
  return side === 'source' ? 'target' : 'source';
}

/** The login of the application there. */
export function loginOf(line: Line, side: 'source' | 'target'): string {
  const own = new URL(line[side].url);
  own.username = 'app';
  own.password = 'app';
  return own.href;
}

/** On a busy machine. */
const SWITCH_MS = 300_000;

/** Begins once every gate is green; answers the attempt when it is over. A rehearsal blocks writes too. */
export async function switchTo(
  running: RunningLine,
  direction: Direction,
  { isRehearsal = false } = {},
): Promise<AttemptStatus> {
  const id = await begun(running, direction, { isRehearsal });
  let last: AttemptStatus | null = null;
  await running.until(({ cutover }) => {
    last = cutover?.attempt ?? null;
    return last?.id === id && last.isOver;
  }, SWITCH_MS);
  if (last === null) throw new Error('no attempt');
  return last;
}

/** On the side from which a switch in this direction begins. */
export async function standFor(line: Line, running: RunningLine, direction: Direction): Promise<void> {
  if ((sideOf(line) === 'source') === (direction === 'forward')) return;
  const way = direction === 'forward' ? 'back' : 'forward';
  expect(await switchTo(running, way)).toMatchObject({ outcome: 'committed', reason: null });
}

const GATES_MS = 60_000;
const AGAIN_MS = 200;

/**
 * As soon as every gate is green: the beginning looks at each anew. On a busy machine one may turn red at any moment.
 */
export async function begun(
  running: RunningLine,
  direction: Direction,
  { isRehearsal = false, fences = true, waivers = [] }: Partial<CutoverRequest> = {},
): Promise<string> {
  const request = { direction, by: 'ada', isRehearsal, fences, waivers };
  const isThere = direction === 'forward' ? 'streaming' : 'cut-over';
  for (const startedMs = performance.now(); ; await pause(AGAIN_MS)) {
    await running.until(({ state }) => state === isThere);
    try {
      return (await running.actions().begin(request)).id;
    } catch (error) {
      const isRed = error instanceof SluiceError && error.code === 'CUTOVER_GATES_RED';
      if (!isRed || performance.now() - startedMs > GATES_MS) throw error;
      if (/verified: /.test(error.message)) await running.verify();
    }
  }
}

/** Nobody but the pipeline gets in at the side to which the application is not pointed. */
export async function expectClosed(line: Line): Promise<void> {
  const side = otherSide(sideOf(line));
  const tried = writeOnce(loginOf(line, side), 'on the closed side');
  await expect(tried, side).rejects.toThrow(/locked|not permitted to log in|read.only/);
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

/** The application ends, everything arrives: no acknowledged write is lost or doubled, and both sides are equal. */
export async function expectArrived(line: Line, running: RunningLine, application: Application): Promise<void> {
  await application.stop();
  await running.until(caughtUpSince(Date.now()));
  await expectNoneLost(line, application);
  await expectEqual(line);
}
