/** What held the way back up, told until the source has got past the place where it stood then. */
export class HoldUp {
  #why: string | null = null;
  #atLsn: string | null = null;

  /** @param atLsn what the source has; null: not known yet. */
  met(why: string, atLsn: string | null): void {
    this.#why = why;
    this.#atLsn = atLsn;
  }

  /** Null once the source has more: a stream that was only begun again has not shown yet that it gets on. */
  at(appliedLsn: string | null): string | null {
    return appliedLsn === this.#atLsn ? this.#why : null;
  }
}
