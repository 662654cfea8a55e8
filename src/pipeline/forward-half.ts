import { drainMs, isStillDrained, untilDrained } from './cutover/drain.ts';
import { GateWatch } from './cutover/gates.ts';
import type { CutoverHalfOptions } from './cutover/half.ts';
import { CutoverHalf } from './cutover/half.ts';
import { Reverse } from './reverse/reverse.ts';
import { wayBackActs } from './reverse/way-back.ts';

export type ForwardOptions = Pick<
  CutoverHalfOptions,
  | 'config'
  | 'scope'
  | 'logger'
  | 'state'
  | 'checkpoint'
  | 'onCommitted'
  | 'onPoint'
  | 'withParts'
  | 'asked'
  | 'verifyChanged'
>;

/** The switch to the target, beside the stream to it. */
export class ForwardHalf {
  readonly half: CutoverHalf;
  readonly #gates: GateWatch;

  constructor(options: ForwardOptions) {
    const { config, scope, logger, state, checkpoint } = options;
    const reverse = config.cutover.wayBack ? new Reverse({ config, logger }) : null;
    const drain = {
      config,
      spares: () => this.half.spares,
      standing: checkpoint,
      // Not a pause, which holds nothing behind the fence.
      waitsFor: () => state.facts.waitingFor,
      reached: () => {
        const { capture, log } = state.board;
        return { read: capture.position, logged: log.position, applied: checkpoint()?.position ?? null };
      },
      isFenced: () => this.half.isFenced,
    };
    this.half = new CutoverHalf({
      ...options,
      direction: 'forward',
      drain: {
        untilDrained: (context) => untilDrained(drain, context),
        isStillDrained: (end) => isStillDrained(drain, end),
        drainMs: (signal) => drainMs(drain, signal),
      },
      wayBack: reverse === null ? null : wayBackActs(reverse, () => null),
      judge: (waivers) => this.#gates.judge(waivers),
      looked: () => this.#gates.looked,
    });
    this.#gates = new GateWatch({
      ...{ config, scope, reverse },
      sides: this.half.sides,
      status: () => state.status(),
      lagMs: () => state.lagMs(),
      clockOffsetMs: () => state.board.head?.clockOffsetMs ?? null,
      isFenced: () => this.half.isFenced,
      onGates: (gates, gatesAtMs) => this.half.tell({ gates, gatesAtMs }),
    });
  }

  async watch(signal: AbortSignal): Promise<void> {
    await this.half.remember();
    await this.#gates.run(signal);
  }
}
