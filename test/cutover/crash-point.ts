/** Every instant of both ways between which a crash differs. */
import { RUNNER_POINTS, type RunnerPoint } from '../../src/cutover/runner.ts';

export interface Crash {
  readonly direction: 'forward' | 'back';
  readonly point: RunnerPoint;
  /** Empty where the point is of no step. */
  readonly step: string;
}

const STEPS = {
  forward: [
    ...['verify-ahead', 'way-back', 'close-target', 'level', 'verify-again', 'fence', 'drain', 'verify'],
    ...['counts', 'sequences', 'skip-forward', 'seal', 'last-look'],
    ...['open-target', 'flip', 'probe', 'first-write', 'loosen', 'source-triggers'],
  ],
  back: [
    'level',
    'fence',
    'drain',
    'last-look',
    'end-way-back',
    'open-source',
    'unflip',
    'drop-way-back',
    'reopen-stream',
    'probe',
  ],
} as const;

/** Of those before the point of no return. */
const UNDONE = { forward: ['fence', 'close-target', 'way-back'], back: ['fence'] } as const;

export const CRASHES: readonly Crash[] = (['forward', 'back'] as const).flatMap((direction) =>
  RUNNER_POINTS.flatMap((point): Crash[] => stepsAt(direction, point).map((step) => ({ direction, point, step }))),
);

function stepsAt(direction: Crash['direction'], point: RunnerPoint): readonly string[] {
  switch (point) {
    case 'step-noted':
    case 'step-ran':
    case 'step-done':
      return STEPS[direction];
    case 'step-undone':
      return UNDONE[direction];
    case 'commit-sent':
    case 'committed':
    case 'aborted':
      return [''];
  }
}

export function isAt({ point, step }: Crash, reached: RunnerPoint, at: string | null): boolean {
  return reached === point && (at ?? '') === step;
}

/** Whether somebody must ask for an abort just now, for the crash to be reached at all: all that is blocked stands. */
export function asksAbort({ point }: Crash, reached: RunnerPoint, at: string | null): boolean {
  return (point === 'aborted' || point === 'step-undone') && reached === 'step-done' && at === 'drain';
}

/**
 * Of a long list the part that `SLUICE_SLICE` names, as `2/5`: the second of five, each of which has every fifth instant.
 * All of it where nothing is named.
 */
export function slice<T>(all: readonly T[]): readonly T[] {
  const given = process.env['SLUICE_SLICE'];
  if (given === undefined) return all;
  const [, part, parts] = /^([1-9]\d?)\/([1-9]\d?)$/.exec(given) ?? [];
  if (part === undefined || Number(part) > Number(parts)) throw new RangeError(`SLUICE_SLICE=${given}: expected 2/5`);
  return all.filter((_, at) => at % Number(parts) === Number(part) - 1);
}
