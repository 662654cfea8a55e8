import type { WayBackStatus } from '../contract/cutover.ts';

/** When a rollback is advised, while the application writes to the new side. */
export interface WatchLimits {
  /** Of the last probes, in percent. */
  readonly errorPercent: number;
  /** Of the slowest twentieth of the last probes that were answered well. */
  readonly latencyMs: number;
  /** Of the stream back. */
  readonly lagMs: number;
}

export interface ProbeSample {
  readonly isHealthy: boolean;
  readonly tookMs: number;
}

/** What comparing both sides over the way back has found so far. */
export interface IntegrityFacts {
  /** Tables that were compared whole, of how many. */
  readonly compared: number;
  readonly tables: number;
  /** Rows that are not the same on both sides. */
  readonly differences: number;
}

export interface WatchFacts extends Pick<WayBackStatus, 'lagMs' | 'setAside' | 'waitsFor'> {
  /** The last of them; empty: none was made. */
  readonly probes: readonly ProbeSample[];
  /** null: nothing was compared. */
  readonly integrity: IntegrityFacts | null;
  /** The switch saw no write of the application on the new side, and nobody has since this instant; null: one was seen. */
  readonly silentSinceMs: number | null;
}

/** Fewer say nothing of a rate. */
const FEWEST = 5;

/** A recommendation in words: whether to go back, whether that is still possible, and by what. */
export function adviseRollback(facts: WatchFacts, limits: WatchLimits): string {
  const against = [...sick(facts.probes, limits)];
  const hindered = hindrances(facts, limits);
  if (against.length === 0 && facts.silentSinceMs !== null)
    return [silenceText(facts.silentSinceMs), ...hindered].join('; ');
  if (against.length === 0 && hindered.length === 0)
    return `stay: nothing speaks for a rollback; ${comparedText(facts.integrity)}`;
  if (against.length === 0) return `stay, and mend the way back while all is well: ${hindered.join('; ')}`;
  const how = 'sluice rollback run';
  if (hindered.length === 0) return `go back: ${against.join('; ')}. No write is lost: ${how}`;
  return `go back: ${against.join('; ')}. Mend the way back first: ${hindered.join('; ')}; then: ${how}`;
}

function sick(probes: readonly ProbeSample[], { errorPercent, latencyMs }: WatchLimits): readonly string[] {
  if (probes.length < FEWEST) return [];
  const well = probes.filter(({ isHealthy }) => isHealthy).map(({ tookMs }) => tookMs);
  const failed = probes.length - well.length;
  const percent = Math.round((100 * failed) / probes.length);
  const slowest = well.sort((a, b) => a - b)[Math.ceil(0.95 * well.length) - 1] ?? 0;
  return [
    ...(percent > errorPercent ? [`${failed} of the last ${probes.length} probes failed, ${percent} %`] : []),
    ...(slowest > latencyMs ? [`the application answers in ${slowest} ms (limit ${latencyMs} ms)`] : []),
  ];
}

/** Neither a reason to stay nor to go: nobody knows yet where the application is. */
function silenceText(sinceMs: number): string {
  const since = `${new Date(sinceMs).toISOString().slice(11, 19)} UTC`;
  return `look at the application: no write of it was seen on the new side, neither in the time of the step first-write nor since ${since}. See that it runs, that each of its processes was started anew or has read the flipped settings, and that its role may log in and write there. A write that comes ends this advice; without one, sluice rollback run takes nothing away`;
}

function comparedText(integrity: IntegrityFacts | null): string {
  if (integrity === null || integrity.compared === 0) return 'both sides were not compared yet';
  const { compared, tables } = integrity;
  return `${compared} of ${tables} tables were compared since the switch, and the source has what the target has`;
}

function hindrances({ lagMs, setAside, waitsFor, integrity }: WatchFacts, limits: WatchLimits): readonly string[] {
  const late = lagMs !== null && lagMs > limits.lagMs;
  return [
    ...(waitsFor === null ? [] : [`the stream back waits: ${waitsFor}`]),
    ...(setAside === 0 ? [] : [`${setAside} changes are on the target only`]),
    ...(integrity === null || integrity.differences === 0
      ? []
      : [`${integrity.differences} differences between both sides: sluice verify`]),
    ...(late ? [`the stream back is ${(lagMs / 1000).toFixed(1)} s behind (limit ${limits.lagMs / 1000} s)`] : []),
  ];
}
