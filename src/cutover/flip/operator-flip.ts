import type { Finding } from '../../contract/finding.ts';
import { flipError } from './error.ts';
import type { Flip, FlipPlan } from './flip.ts';

export interface OperatorFlipSettings {
  /** What a person is to do, and to take back. */
  readonly flip: string;
  readonly unflip: string;
  /** Shows it and waits for the answer; false, or an abort, means that it was not done. */
  confirm(todo: string, signal?: AbortSignal): Promise<boolean>;
}

export type OperatorFlipRecord = { readonly kind: 'operator' };

/** A person flips the application and says so. */
export class OperatorFlip implements Flip<OperatorFlipRecord> {
  readonly kind = 'operator';
  readonly #settings: OperatorFlipSettings;

  constructor(settings: OperatorFlipSettings) {
    this.#settings = settings;
  }

  async describe(): Promise<FlipPlan> {
    return { words: `asks the operator: ${this.#settings.flip}`, diff: [] };
  }

  describeUndo(): string {
    return `asks the operator: ${this.#settings.unflip}`;
  }

  async check(): Promise<readonly Finding[]> {
    return [];
  }

  async plan(): Promise<OperatorFlipRecord> {
    return { kind: 'operator' };
  }

  /** FLIP_NOT_CONFIRMED */
  run(_record: OperatorFlipRecord, signal?: AbortSignal): Promise<string> {
    return this.#ask(this.#settings.flip, signal);
  }

  undo(_record: OperatorFlipRecord, signal?: AbortSignal): Promise<string> {
    return this.#ask(this.#settings.unflip, signal);
  }

  async #ask(todo: string, signal?: AbortSignal): Promise<string> {
    if (await this.#settings.confirm(todo, signal)) return `the operator confirmed: ${todo}`;
    throw flipError('FLIP_NOT_CONFIRMED', `the operator did not confirm: ${todo}`);
  }
}
