import { changedFreshness } from '../contract/freshness-change.ts';
import { plainText } from '../contract/plain-text.ts';
import type { StartStatus } from '../contract/start.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { Backoff } from './backoff.ts';

/** What is shown, and how sure that is. */
export interface Shown {
  /** null: the process has not told anything yet. */
  readonly status: PipelineStatus | null;
  /** What was looked at before a pipeline stands; null: nothing was told. */
  readonly start: StartStatus | null;
  /** By the browser's own clock that never jumps; null before the first. */
  readonly receivedAtMs: number | null;
  readonly isOpen: boolean;
}

/** What it says, with every text of it shown as it stands: none ends a line of ours or turns its direction. */
function read(data: string) {
  return JSON.parse(data, (_, inner: unknown) => (typeof inner === 'string' ? plainText(inner) : inner));
}

/** The status as it streams in. A cut stream is opened again, from the last event that came. */
export class Feed {
  #shown: Shown = { status: null, start: null, receivedAtMs: null, isOpen: false };
  readonly #backoff = new Backoff();
  readonly #watchers = new Set<(shown: Shown) => void>();

  constructor() {
    this.#open();
  }

  get shown(): Shown {
    return this.#shown;
  }

  watch(watcher: (shown: Shown) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #open(): void {
    const source = new EventSource('/api/v1/events');
    source.onopen = () => {
      this.#backoff.reset();
      this.#tell({ isOpen: true });
    };
    source.onerror = () => {
      this.#tell({ isOpen: false });
      // The browser tries again by itself unless it was refused.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), this.#backoff.nextMs());
    };
    source.addEventListener('status', ({ data }) => this.#take(read(data)));
    source.addEventListener('start', ({ data }) => this.#tell({ start: read(data), isOpen: true }));
    source.addEventListener('freshness', ({ data }) => {
      const { status } = this.#shown;
      if (status === null) return;
      this.#take({ ...status, freshness: changedFreshness(status.freshness, read(data)) });
    });
    source.addEventListener('change', ({ data }) => {
      const { status } = this.#shown;
      if (status !== null) this.#take({ ...status, ...read(data) });
    });
  }

  #take(status: PipelineStatus): void {
    this.#tell({ status, receivedAtMs: performance.now(), isOpen: true });
  }

  #tell(change: Partial<Shown>): void {
    this.#shown = { ...this.#shown, ...change };
    for (const watcher of this.#watchers) watcher(this.#shown);
  }
}
