/** The state of a log as epochs change it. What was lent out never changes: the next change makes a copy, once. */
export class StateMap {
  #entries: Map<string, string>;
  #isLent = false;

  constructor(entries: ReadonlyMap<string, string>) {
    this.#entries = new Map(entries);
  }

  get now(): ReadonlyMap<string, string> {
    this.#isLent = true;
    return this.#entries;
  }

  /** Puts in or (null) removes an epoch's entries. */
  apply(patch: ReadonlyMap<string, string | null>): void {
    if (patch.size === 0) return;
    if (this.#isLent) this.#entries = new Map(this.#entries);
    this.#isLent = false;
    for (const [key, value] of patch) {
      if (value === null) this.#entries.delete(key);
      else this.#entries.set(key, value);
    }
  }
}
