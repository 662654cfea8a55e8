import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '../contract/error.ts';
import { type Incomplete, incompleteOf } from '../contract/incomplete.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { askStatus } from '../control/client.ts';
import { EXIT } from './exit.ts';
import { formatDuration } from './format.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { incompleteLines, lagText } from './status-text.ts';
import type { Call, Verb } from './verb.ts';
import { oneLine } from './visible.ts';

/** A status older than this says nothing about now: its lag counts as unknown. */
const STALE_MS = 10_000;
const POLL_MS = 250;
const DEFAULT_TIMEOUT_MS = 600_000;
const CAPTURE_ALONE = 'only sluice capture answers here: how much of the log is applied, sluice apply knows';

export const LAG_VERB: Verb = {
  name: 'lag',
  kind: 'Lag',
  summary: 'Tells how far the target is behind the source, or tests it for a script.',
  flags: [
    {
      name: 'max',
      type: 'duration',
      value: '5s',
      help: 'Exit 0 when the lag is at most this and every table is complete, else 5; 0s asks for none.',
    },
    { name: 'wait', type: 'switch', help: 'Wait until it is so.' },
    { name: 'timeout', type: 'duration', value: '10m', help: 'How long to wait (default 10m).' },
  ],
  takesConfig: true,
  examples: [
    ['sluice lag', 'the lag now'],
    ['sluice lag --max 5s', 'exit 0 when it is at most 5 s and no table waits, 5 otherwise'],
    ['sluice lag --max 0s --wait --timeout 2m', 'wait until everything committed is on the target'],
  ],
  exits: [EXIT.done, EXIT.usage, EXIT.notReached, EXIT.unreachable],
  run: lag,
};

export interface LagReading {
  /** null: not known now. */
  readonly lagMs: number | null;
  readonly isCaughtUp: boolean;
  readonly maxMs: number | null;
  /** What is not on the target though the stream is past it; with `--max` anything of it fails the test. */
  readonly incomplete: readonly Incomplete[];
  /** What the stream waits for, in words; null: nothing. */
  readonly waitingFor: string | null;
  readonly isReached: boolean;
  readonly asOfMs: number;
}

/** What a status says of the lag at `nowMs`: honest or absent (INV-70). */
export function readLag(status: PipelineStatus, maxMs: number | null, nowMs: number): LagReading {
  const isFresh = nowMs - status.asOfMs <= STALE_MS;
  const lagMs = isFresh ? status.lagMs : null;
  const isCaughtUp = isFresh && status.isCaughtUp;
  // A lag of 0 that is no proof of being at the head must not pass for one.
  const isWithin = maxMs === 0 ? isCaughtUp : lagMs !== null && lagMs <= (maxMs ?? Number.POSITIVE_INFINITY);
  const incomplete = incompleteOf(status);
  const isReached = isWithin && (maxMs === null || incomplete.length === 0);
  const waitingFor = status.waitingFor ?? (status.mode === 'capture' ? CAPTURE_ALONE : null);
  return { lagMs, isCaughtUp, maxMs, incomplete, waitingFor, isReached, asOfMs: status.asOfMs };
}

async function lag(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  const max = call.flags.get('max');
  const maxMs = typeof max === 'number' ? max : null;
  const timeout = call.flags.get('timeout');
  const deadlineMs = Date.now() + (typeof timeout === 'number' ? timeout : DEFAULT_TIMEOUT_MS);
  let told: string | null = null;
  for (;;) {
    const reading = await read(config.control.socket, maxMs, call.flags.has('wait'));
    const isOver = !call.flags.has('wait') || Date.now() >= deadlineMs;
    if (!(reading instanceof SluiceError) && (reading.isReached || isOver)) return outcome(reading);
    if (reading instanceof SluiceError && isOver) throw reading;
    const waitingFor = reading instanceof SluiceError ? reading.message : reading.waitingFor;
    if (waitingFor !== null && waitingFor !== told) call.output.say(`waiting: ${oneLine(waitingFor)}`);
    told = waitingFor;
    await sleep(POLL_MS, undefined, { signal: call.signal });
  }
}

/** While waiting, a pipeline that is just being restarted is no reason to give up. */
async function read(socket: string, maxMs: number | null, isWaiting: boolean): Promise<LagReading | SluiceError> {
  try {
    return readLag(await askStatus(socket), maxMs, Date.now());
  } catch (error) {
    if (isWaiting && error instanceof SluiceError && error.code === 'CONTROL_UNREACHABLE') return error;
    throw error;
  }
}

function outcome(reading: LagReading): Outcome {
  const { isReached, maxMs, incomplete, waitingFor } = reading;
  const held = waitingFor === null ? [] : [`  ${oneLine(waitingFor)}`];
  const text = [lagText(reading), ...held, ...incompleteLines(incomplete)].join('\n');
  if (isReached) return { kind: 'Lag', exit: EXIT.done, data: reading, text };
  const most = maxMs === null ? 'a known lag' : maxMs === 0 ? 'no lag' : `at most ${formatDuration(maxMs)}`;
  const wanted = incomplete.length === 0 || maxMs === null ? most : `${most}, with every table complete`;
  return {
    kind: 'Lag',
    exit: EXIT.notReached,
    data: reading,
    text,
    error: { code: 'LAG_NOT_REACHED', message: `wanted ${wanted}`, remedy: 'See what holds it up: sluice status' },
  };
}
