import type { LogHead } from '../../contract/change-log.ts';
import { StateMap } from '../state-map.ts';
import { type ClosedEpoch, headerOf } from './epoch-frame.ts';
import type { Recovered } from './recovery.ts';

/** The durable end of the log as this process knows it. Readers see nothing past it, and are woken when it moves. */
export class Tail {
  readonly logId: string;
  #known: Omit<Recovered, 'state'>;
  #state: StateMap;
  #waiting = new Set<() => void>();

  constructor(logId: string, known: Recovered) {
    this.logId = logId;
    this.#known = known;
    this.#state = new StateMap(known.state);
  }

  get known(): Recovered {
    return { ...this.#known, state: this.#state.now };
  }

  /** Offset after the last durable epoch. */
  get end(): number {
    return this.#known.last?.next ?? 0;
  }

  get head(): LogHead {
    const { last } = this.#known;
    return { logId: this.logId, last: last && headerOf(last), state: this.#state.now };
  }

  /** What was found on the disk by a look at it. */
  replace(known: Recovered): void {
    this.#known = known;
    this.#state = new StateMap(known.state);
    this.#wake();
  }

  /** Call when `epoch` is on the disk, in order. */
  publish(epoch: ClosedEpoch): void {
    const { generation, schemas } = epoch;
    this.#known = { generation, schemas, last: epoch };
    this.#state.apply(epoch.state);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Resolves when an epoch ends past `offset` (true) or `signal` aborts (false). No timer: the writer wakes it. */
  async waitPast(offset: number, signal: AbortSignal): Promise<boolean> {
    while (this.end <= offset && !signal.aborted) await this.#moved(signal);
    return !signal.aborted;
  }

  #moved(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
