import type { CounterStatus } from '../../contract/measurement.ts';

/** Failures since the process started, by where and what. */
export class ErrorCount {
  readonly #errors = new Map<string, { readonly stage: string; readonly code: string; count: number }>();
  #retries = 0;

  failed(stage: string, code: string, isTriedAgain: boolean): void {
    const key = `${stage} ${code}`;
    const entry = this.#errors.get(key) ?? { stage, code, count: 0 };
    entry.count += 1;
    this.#errors.set(key, entry);
    if (isTriedAgain) this.#retries += 1;
  }

  get status(): Omit<CounterStatus, 'throttled'> {
    return { errors: [...this.#errors.values()].map((entry) => ({ ...entry })), retries: this.#retries };
  }
}
