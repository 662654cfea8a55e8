import { THROTTLE_REASONS, type ThrottledTime, type ThrottleReason } from '../../contract/measurement.ts';

/** How long parts of the process stood still for someone else's sake, since it started. */
export class ThrottleCount {
  readonly #restedMs = new Map<ThrottleReason, number>(THROTTLE_REASONS.map((reason) => [reason, 0]));

  rested(reason: ThrottleReason, restedMs: number): void {
    this.#restedMs.set(reason, (this.#restedMs.get(reason) ?? 0) + restedMs);
  }

  get status(): readonly ThrottledTime[] {
    return Array.from(this.#restedMs, ([reason, restedMs]) => ({ reason, restedMs }));
  }
}
