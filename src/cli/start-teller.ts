import {
  FINDINGS_TOLD,
  STEPS_TOLD,
  type StartFinding,
  type StartStatus,
  type StartStep,
  type StartVerb,
} from '../contract/start.ts';
import { EXIT } from './exit.ts';
import type { Outcome } from './outcome.ts';
import type { Scrubber } from './scrub.ts';

export interface StartTellerOptions {
  readonly pipeline: string;
  readonly verb: StartVerb;
  readonly scrubber: Scrubber;
  readonly publish: (start: StartStatus) => void;
}

const GRAVITY: readonly StartFinding['severity'][] = ['blocker', 'warning', 'information'];

/** Tells whoever follows on the page how far the start of a migration is. */
export class StartTeller {
  readonly #options: StartTellerOptions;
  readonly #startedAtMs = Date.now();
  #steps: readonly StartStep[] = [];
  #findings: readonly StartFinding[] = [];

  constructor(options: StartTellerOptions) {
    this.#options = options;
    this.#publish({});
  }

  /** What goes on from now on; the step before it is over. */
  step(title: string): void {
    if (this.#steps.at(-1)?.title === title && this.#steps.at(-1)?.tookMs === null) return;
    const open = { title, startedAtMs: Date.now(), tookMs: null };
    this.#steps = [...this.#ended(), open].slice(-STEPS_TOLD);
    this.#publish({});
  }

  found(findings: readonly StartFinding[]): void {
    this.#findings = [...findings].sort((a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity));
    this.#publish({});
  }

  end({ exit, error, nextSteps = [] }: Pick<Outcome, 'exit' | 'error' | 'nextSteps'>): void {
    this.#steps = this.#ended();
    const state = exit === EXIT.done ? 'done' : exit === EXIT.refused ? 'refused' : 'failed';
    this.#publish({ state, error: error ?? null, next: nextSteps });
  }

  #ended(): readonly StartStep[] {
    return this.#steps.map((step) =>
      step.tookMs === null ? { ...step, tookMs: Date.now() - step.startedAtMs } : step,
    );
  }

  #publish(over: Partial<StartStatus>): void {
    const { pipeline, verb, scrubber, publish } = this.#options;
    const told = { steps: this.#steps, findings: this.#findings.slice(0, FINDINGS_TOLD) };
    const open = { state: 'running', error: null, next: [], findingCount: this.#findings.length } as const;
    const start = { pipeline, verb, asOfMs: Date.now(), startedAtMs: this.#startedAtMs, ...told, ...open, ...over };
    publish(JSON.parse(scrubber.json(start)));
  }
}
