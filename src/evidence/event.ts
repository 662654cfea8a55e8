/** Evidence: what happened to a pipeline, kept on the target and written as one file that an auditor can check. */
import { randomUUID } from 'node:crypto';

/**
 * `action`: an operator asked for something. `gates`: the gates as they stood when a switch began. `failure`: one or many
 * of the same, within a minute of each other. `schema-change`: DDL that came by in the stream. `report`: an evidence file
 * was written, with its root hash. `backup`: its manifest.
 */
export const EVENT_KINDS = ['action', 'gates', 'failure', 'schema-change', 'report', 'backup'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface EvidenceEvent {
  readonly kind: EventKind;
  /** By our clock, milliseconds since 1970 UTC. */
  readonly atMs: number;
  /** Who asked, in the asker's own words; null: nobody, it happened. */
  readonly who: string | null;
  /** JSON, without values of rows and without secrets. */
  readonly what: Readonly<Record<string, unknown>>;
}

/** One key is one event, however often it is written: a later one with it replaces what was told. */
export interface KeyedEvent extends EvidenceEvent {
  readonly key: string;
}

/** Without secrets, in whatever text of it one stands. */
export function redacted<T extends EvidenceEvent>(event: T, redact: (text: string) => string): T {
  return JSON.parse(JSON.stringify(event, (_, inner: unknown) => (typeof inner === 'string' ? redact(inner) : inner)));
}

/** While the target is away: more than this and the oldest are given up, counted. */
const MOST_WAITING = 10_000;

/** What happened and is not on the target yet. */
export class EventBook {
  readonly #waiting = new Map<string, KeyedEvent>();
  #lost = 0;

  /** Answers the key, under which it can be told anew. */
  note(event: EvidenceEvent, key: string = randomUUID()): string {
    this.#waiting.delete(key);
    this.#waiting.set(key, { ...event, key });
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST_WAITING && oldest !== undefined) {
      this.#waiting.delete(oldest);
      this.#lost += 1;
    }
    return key;
  }

  /** Events that were given up since the process started. */
  get lost(): number {
    return this.#lost;
  }

  get waiting(): readonly KeyedEvent[] {
    return [...this.#waiting.values()];
  }

  /** They are on the target; one that was told anew meanwhile stays. */
  written(events: readonly KeyedEvent[]): void {
    for (const event of events) if (this.#waiting.get(event.key) === event) this.#waiting.delete(event.key);
  }
}
