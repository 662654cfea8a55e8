import type { PipelineStatus } from '../contract/status.ts';
import { type Mark, marksBetween } from './mark.ts';

export const RANGES = ['15m', '6h', '7d'] as const;
export type Range = (typeof RANGES)[number];

/** Time from one point to the next; both together bound the memory: 4,356 points in all. */
const GRAINS: Readonly<Record<Range, { readonly stepMs: number; readonly points: number }>> = {
  '15m': { stepMs: 1_000, points: 900 },
  '6h': { stepMs: 15_000, points: 1_440 },
  '7d': { stepMs: 300_000, points: 2_016 },
};

const MOST_MARKS = 500;

export interface Point {
  /** Start of the step. */
  readonly atMs: number;
  /** The longest in the step; null when it was unknown at any time of it: a gap is never drawn over. */
  readonly lagMs: number | null;
  /** Of the last look in the step. */
  readonly rowsPerSecond: number;
}

export interface HistoryDocument {
  readonly range: Range;
  readonly stepMs: number;
  readonly points: readonly Point[];
  readonly marks: readonly Mark[];
}

/** What the lag was since this process started, at most seven days, in bounded memory. */
export class History {
  readonly #series = new Map(RANGES.map((range) => [range, [] as Point[]]));
  #marks: readonly Mark[] = [];
  #last: PipelineStatus | null = null;

  add(status: PipelineStatus): void {
    for (const [range, points] of this.#series) this.#into(points, GRAINS[range], status);
    this.#marks = [...this.#marks, ...marksBetween(this.#last, status)].slice(-MOST_MARKS);
    this.#last = status;
  }

  of(range: Range): HistoryDocument {
    const { stepMs, points: most } = GRAINS[range];
    const points = this.#series.get(range) ?? [];
    const sinceMs = (this.#last?.asOfMs ?? 0) - stepMs * most;
    return { range, stepMs, points, marks: this.#marks.filter(({ atMs }) => atMs >= sinceMs) };
  }

  #into(points: Point[], grain: { readonly stepMs: number; readonly points: number }, status: PipelineStatus): void {
    const atMs = Math.floor(status.asOfMs / grain.stepMs) * grain.stepMs;
    const last = points.at(-1);
    const rowsPerSecond = status.stages.at(-1)?.rowsPerSecond ?? 0;
    const point = { atMs, lagMs: status.lagMs, rowsPerSecond };
    if (last?.atMs !== atMs) points.push(point);
    else points[points.length - 1] = { ...point, lagMs: longer(last.lagMs, status.lagMs) };
    if (points.length > grain.points) points.shift();
  }
}

function longer(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}
