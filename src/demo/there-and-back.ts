import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import type { Direction } from '../contract/cutover.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { as, onSource, onTarget } from './account.ts';
import type { DemoOptions } from './demo-option.ts';
import { PipelineProcess } from './pipeline-process.ts';
import { untilStatus } from './progress.ts';
import { DATABASE, PIPELINE, type StageSet } from './stage-set.ts';
import { Till, type TillSide } from './till.ts';

export interface Journey {
  /** Milliseconds. */
  readonly thereBlockMs: number;
  readonly backBlockMs: number;
  readonly longestPauseMs: number;
  readonly acknowledged: number;
  /** Taken by PostgreSQL alone, before the rollback carried them back. */
  readonly onTarget: number;
  /** Acknowledged and on one side missing, or there more than once. */
  readonly lost: number;
  readonly doubled: number;
}

type Options = DemoOptions & { readonly self: readonly string[] };

const SOME = 50;

/** The switch under the till's traffic, writes that only PostgreSQL takes, and the way back with every one of them. */
export async function thereAndBack(scene: Scene): Promise<Journey> {
  const { set, config, options, pipeline } = scene;
  const { say } = options;
  const before = readFileSync(set.env);
  const till = new Till(set.env);
  try {
    await receipts(till, 'mysql', options);
    say('The till writes receipts to where shop.env points: MySQL. sluice cutover run ...');
    const thereBlockMs = await switched(scene, 'forward');
    say(`Cut over: writes were blocked for ${thereBlockMs} ms. shop.env points to PostgreSQL, and the till follows.`);
    await receipts(till, 'postgresql', options);
    say(
      `${till.on('postgresql')} receipts were written to PostgreSQL alone. Something is wrong: sluice rollback run ...`,
    );
    const backBlockMs = await switched(scene, 'back');
    if (!readFileSync(set.env).equals(before)) throw new Error('shop.env is not what it was before the cutover');
    say(`Back on the old side, ${backBlockMs} ms blocked; shop.env is what it was, byte for byte.`);
    await receipts(till, 'mysql', options);
    await till.stop();
    await untilStatus(config, options, drainedSince(Date.now()), pipeline);
    return { thereBlockMs, backBlockMs, ...(await counted(set, till)) };
  } finally {
    await till.stop();
  }
}

/** Nothing is left to do: caught up by a poll that was made after the traffic had ended. */
export function drainedSince(stoppedAtMs: number): (status: PipelineStatus) => boolean {
  return (status) => status.state === 'streaming' && status.isCaughtUp && (status.head.polledAtMs ?? 0) > stoppedAtMs;
}

/** Runs a command of sluice as a process of its own; fails with what it printed. */
export async function command(set: StageSet, options: Options, words: readonly string[]): Promise<string> {
  const child = PipelineProcess.start(options.self, [...words, '--config', set.config], set.folder);
  const exit = await child.ended;
  if (exit !== 0)
    throw new Error(`sluice ${words.join(' ')} ended with exit code ${exit}:\n${child.output}${child.log}`);
  return child.output;
}

export interface Scene {
  readonly set: StageSet;
  readonly config: Config;
  readonly options: Options;
  /** `sluice run`; when it ends before, the story does. */
  readonly pipeline: PipelineProcess;
}

/** By the command line, as an operator does it; answers how long writes were blocked. */
async function switched({ set, config, options, pipeline }: Scene, direction: Direction): Promise<number> {
  await untilStatus(config, options, isReady(direction), pipeline);
  const verb = direction === 'forward' ? 'cutover' : 'rollback';
  const waive = direction === 'forward' ? ['--waive', `${WAIVED}=programs make these keys, in one case alone`] : [];
  await command(set, options, [verb, 'run', '--by', 'demo', ...waive, '--confirm', PIPELINE, '--quiet']);
  const isOver = ({ cutover }: PipelineStatus) => cutover?.attempt?.isOver === true;
  const { cutover } = await untilStatus(config, options, isOver, pipeline);
  return cutover?.attempt?.writeBlockMs ?? 0;
}

/** The shop's numbers and codes are unique without case at the source; no rule keeps that on the target. */
const WAIVED = 'case-uniques';

/** The pipeline stands on the side that is left, and every gate is green but the one that is waived. */
function isReady(direction: Direction): (status: PipelineStatus) => boolean {
  const standing = direction === 'forward' ? 'streaming' : 'cut-over';
  return ({ state, cutover }) => {
    const gates = cutover?.gates ?? [];
    return (
      state === standing &&
      gates.length > 0 &&
      gates.every(({ name, state: color }) => color !== 'red' || name === WAIVED)
    );
  };
}

async function receipts(till: Till, side: TillSide, { signal }: DemoOptions): Promise<void> {
  for (const before = till.on(side); till.on(side) < before + SOME; ) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const TIMES = 'SELECT token, count(*) AS times FROM tbl_receipt GROUP BY token';

async function counted(set: StageSet, till: Till): Promise<Omit<Journey, 'thereBlockMs' | 'backBlockMs'>> {
  const sides = [await onSource(as(set.source.url, null, DATABASE), TIMES), await onTarget(set.target.url, TIMES)];
  const times = sides.map((rows) => new Map(rows.map((row) => [row['token'], Number(row['times'])])));
  const worst = till.receipts.map(({ token }) => times.map((of) => of.get(token) ?? 0));
  return {
    longestPauseMs: Math.round(till.longestPauseMs),
    acknowledged: till.receipts.length,
    onTarget: till.on('postgresql'),
    lost: worst.filter((of) => of.includes(0)).length,
    doubled: worst.filter((of) => of.some((count) => count > 1)).length,
  };
}
