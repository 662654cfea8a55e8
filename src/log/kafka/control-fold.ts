import type { EpochHeader } from '../../contract/change-log.ts';
import { logError } from '../log-error.ts';
import { StateMap } from '../state-map.ts';
import type { ControlRecord, EpochRecord, StateRecord } from './control-record.ts';

/** Where the fold stands, without the state. */
export interface FoldPlace {
  readonly generation: number;
  readonly writer: string;
  readonly last: EpochHeader | null;
  /** Offset of the last full state in the topic; 0 when there is none. */
  readonly stateAt: number;
}

export interface FoldStart extends FoldPlace {
  readonly state: ReadonlyMap<string, string>;
}

export const emptyFold: FoldStart = { generation: 0, writer: '', last: null, state: new Map(), stateAt: 0 };

export interface SeenEpoch {
  readonly header: EpochHeader;
  readonly record: EpochRecord;
}

/**
 * What the control topic amounts to, record after record: the rules of the fence in one place, for writers and readers
 * (INV-32). The first `open` of a generation wins; from then on records of others do not exist.
 */
export class ControlFold {
  #at: FoldPlace;
  readonly #state: StateMap;

  constructor({ state, ...place }: FoldStart) {
    this.#at = place;
    this.#state = new StateMap(state);
  }

  get now(): FoldPlace {
    return this.#at;
  }

  get state(): ReadonlyMap<string, string> {
    return this.#state.now;
  }

  /** Takes the record at `offset`; the epoch, when it is one and counts. */
  take(record: ControlRecord, offset: number): SeenEpoch | undefined {
    switch (record.kind) {
      case 'log':
        return undefined;
      case 'open':
        if (record.generation > this.#at.generation) {
          this.#at = { ...this.#at, generation: record.generation, writer: record.writer };
        }
        return undefined;
      case 'state':
        if (this.#isCurrent(record)) this.#at = { ...this.#at, stateAt: offset };
        return undefined;
      case 'epoch':
        return this.#isCurrent(record) ? this.#epoch(record, offset) : undefined;
    }
  }

  #isCurrent({ generation, writer }: StateRecord | EpochRecord): boolean {
    return generation === this.#at.generation && writer === this.#at.writer;
  }

  #epoch(record: EpochRecord, offset: number): SeenEpoch | undefined {
    const { last } = this.#at;
    const expected = (last?.number ?? 0) + 1;
    // A send that the broker took twice: the first one counts.
    if (record.number < expected) return undefined;
    if (record.number > expected) {
      throw logError('LOG_CORRUPT', `the control topic lacks epoch ${expected}: ${record.number} stands at ${offset}`);
    }
    const header = headerOf(record, last?.next ?? 0, offset + 1);
    this.#at = { ...this.#at, last: header };
    this.#state.apply(record.state);
    return { header, record };
  }
}

export function headerOf(record: EpochRecord, offset: number, next: number): EpochHeader {
  const { number, generation, records, bytes, start, reached, firstCommitUs, lastCommitUs, transactions, state } =
    record;
  const footer = { start, reached, firstCommitUs, lastCommitUs, transactions, state };
  return { ...footer, number, generation, offset, next, records, bytes };
}

/** The fold as a state record has it. */
export function foldFrom(record: StateRecord, offset: number): FoldStart {
  const { generation, writer, last, state } = record;
  return { generation, writer, last, state, stateAt: offset };
}
