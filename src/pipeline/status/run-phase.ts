import type { ErrorStatus, PipelineState } from '../../contract/status.ts';

type Part = ErrorStatus['stage'];

/**
 * The state of a run, from what its parts say: while one of them waits for its next try the run is `retrying`, whatever
 * the others do, and what ends is never seen going on again. Pure.
 */
export class RunPhase {
  readonly #waits = new Map<Part, string>();
  #isBegun = false;
  #isLoaded = false;
  #isCutOver = false;
  /** A rollback was the last switch, and the stream to the target does not stand yet where it was left. */
  #isReturning = false;
  #end: 'stopping' | 'stopped' | 'failed' | null = null;

  get state(): PipelineState {
    if (this.#end) return this.#end;
    if (this.#waits.size > 0) return 'retrying';
    if (this.#isCutOver) return 'cut-over';
    if (!this.#isBegun) return 'starting';
    return this.#isLoaded ? 'streaming' : 'loading';
  }

  /** In words; null when nothing is waited for. */
  get waitingFor(): string | null {
    if (this.#end) return null;
    const waits = [...this.#waits.values()].join('; and ');
    return waits || (this.#isReturning ? 'the stream to the target begins again after the rollback' : null);
  }

  /** Stays true while a part waits for its next try. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** The stages run. */
  begins(): void {
    this.#isBegun = true;
  }

  waits(part: Part, text: string): void {
    this.#waits.set(part, text);
  }

  goesOn(part: Part): void {
    this.#waits.delete(part);
  }

  /** The application writes to the target from now on, or to the source again. */
  cutOver(isCutOver: boolean): void {
    this.#isReturning = this.#isCutOver && !isCutOver;
    this.#isCutOver = isCutOver;
    // The stages of the other way begin anew.
    this.#isBegun = false;
    this.#isLoaded = false;
  }

  loaded(isLoaded: boolean): void {
    this.#isLoaded = isLoaded;
    if (isLoaded) this.#isReturning = false;
  }

  ends(end: 'stopping' | 'stopped' | 'failed'): void {
    this.#end = end;
  }
}
