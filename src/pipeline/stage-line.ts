import type { Logger } from '../contract/logger.ts';
import type { RunState } from './status/run-state.ts';
import { type Failure, nextTryText, supervise, tryingSince } from './supervise.ts';

const SIDES = { capture: 'source', apply: 'target' } as const;

export interface StageOptions {
  readonly stage: keyof typeof SIDES;
  readonly state: RunState;
  readonly logger: Logger;
}

/** One stage of the stream: started again while its server is away, and told so in the status and the log. */
export class StageLine {
  readonly #options: StageOptions;
  #reason = '';

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Resolves when `start` has, or on abort; rejects with the first failure that trying again does not cure. */
  async run(start: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { state, stage } = this.#options;
    await supervise(start, {
      signal,
      onFailure: (failure) => this.#waits(failure),
      onTry: () => state.phase((phase) => phase.waits(stage, `${this.#reason}; ${tryingSince()}`)),
    });
    state.board[stage].state = 'stopped';
  }

  /** Connected: only now is what was waited for over. */
  goesOn(): void {
    const { state, stage } = this.#options;
    const side = SIDES[stage];
    const again = state.board[stage].state === 'retrying' ? 1 : 0;
    state.board[stage].state = 'busy';
    state.endpoint(side, { isConnected: true, reconnects: state.facts[side].reconnects + again });
    state.phase((phase) => phase.goesOn(stage));
  }

  #waits({ error, attempt, retryInMs }: Failure): void {
    const { state, stage, logger } = this.#options;
    const side = SIDES[stage];
    state.board[stage].state = 'retrying';
    if (stage === 'capture') state.board.loseHead();
    state.failed(stage, error, attempt, retryInMs);
    state.endpoint(side, { isConnected: false });
    this.#reason = `waiting for the ${side}: ${error.message}`;
    state.phase((phase) => phase.waits(stage, `${this.#reason}; ${nextTryText(retryInMs)}`));
    logger.warn({ stage, code: error.code, attempt, retryInMs }, error.message);
  }
}
