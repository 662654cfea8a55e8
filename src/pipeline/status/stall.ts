import type { StageName } from '../../contract/status.ts';

/** A stage with work before it that has not moved for this long is stalled. */
const STALLED_AFTER_MS = 30_000;

interface Look {
  /** Changes with everything that the stage does. */
  readonly marker: string;
  readonly sinceMs: number;
}

/** Finds stages that stand still while there is work for them. Clocks are arguments. */
export class StallWatch {
  readonly #looks = new Map<StageName, Look>();

  /** `hasWork`: something is known to wait before the stage, and nothing excuses it. */
  isStalled(stage: StageName, marker: string, hasWork: boolean, nowMs: number): boolean {
    const last = this.#looks.get(stage);
    if (last && hasWork && last.marker === marker) return nowMs - last.sinceMs >= STALLED_AFTER_MS;
    this.#looks.set(stage, { marker: hasWork ? marker : '', sinceMs: nowMs });
    return false;
  }
}
