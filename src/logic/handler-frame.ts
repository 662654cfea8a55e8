import type { Dialect } from '../sql/dialect.ts';
import type { Condition, HandlerDeclaration } from './body.ts';

/** The handlers of one block, as the statements below it meet them. */
export interface Frame {
  readonly handlers: readonly HandlerDeclaration[];
  /** How errors are caught: one EXCEPTION for the block, or one for each statement. */
  readonly mode: 'block' | 'statement';
  /** What EXIT leaves. */
  readonly label: string;
  readonly resolve: (condition: Condition) => Condition;
  /** Runs `write` with the names and conditions of the block, wherever its handler is copied to. */
  readonly inside: (write: () => void) => void;
  /** Of the source: its servers have other states for the same error. */
  readonly flavor: Dialect['flavor'];
  /** A handler goes on behind rows whose key is there already: which those are depends on how texts are compared. */
  readonly isDuplicateAwaited: boolean;
  /** A handler waits for one of the two errors of a text that is no number, or for every error but one of them. */
  readonly isTextAwaited: boolean;
  /** Where the block ends in the source. */
  readonly end: number;
  /** The frames outside: those that hold inside the handlers themselves. */
  readonly outer: readonly Frame[];
}
