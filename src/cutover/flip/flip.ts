/** This folder points the application at the other side, and back again, byte for byte (protocols 6). */
import type { Finding } from '../../contract/finding.ts';

export type FlipKind = 'env-file' | 'settings-file' | 'command' | 'webhook' | 'operator';

/** What will be done, in words; `diff` has the lines of a file, secrets as `***`. */
export interface FlipPlan {
  readonly words: string;
  readonly diff: readonly string[];
}

/**
 * One way to flip. Every function may be killed at any instant and run again. Failures are FLIP_... (error.ts).
 *
 * INV-153: `plan` gives a record that JSON holds, without any secret; whoever stores it before `run` can take
 * everything back with `undo`, in another process too.
 */
export interface Flip<R> {
  readonly kind: FlipKind;
  describe(): Promise<FlipPlan>;
  /** What `undo` will do, in words. */
  describeUndo(record: R): string;
  check(): Promise<readonly Finding[]>;
  plan(): Promise<R>;
  /** Answers what it did, in a sentence. */
  run(record: R, signal?: AbortSignal): Promise<string>;
  /** What would keep `undo` from ending well now; absent: nothing that can be seen before. */
  checkUndo?(record: R): Promise<readonly Finding[]>;
  undo(record: R, signal?: AbortSignal): Promise<string>;
}
