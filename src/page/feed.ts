import type { PipelineStatus } from '../contract/status.ts';

/** What is shown, and how sure that is. */
export interface Shown {
  /** null: the process has not told anything yet. */
  readonly status: PipelineStatus | null;
  /** By the browser's own clock that never jumps; null before the first. */
  readonly receivedAtMs: number | null;
  readonly isOpen: boolean;
}

const AGAIN_MS = 2_000;

/** The status as it streams in. A cut stream is opened again, from the last event that came. */
export class Feed {
  #shown: Shown = { status: null, receivedAtMs: null, isOpen: false };
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
    source.onopen = () => this.#tell({ isOpen: true });
    source.onerror = () => {
      this.#tell({ isOpen: false });
      // The browser tries again by itself unless it was refused.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), AGAIN_MS);
    };
    source.addEventListener('status', ({ data }) => this.#take(JSON.parse(data)));
    source.addEventListener('change', ({ data }) => {
      const { status } = this.#shown;
      if (status !== null) this.#take({ ...status, ...JSON.parse(data) });
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
