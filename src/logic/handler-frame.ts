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
  /** Where the block ends in the source. */
  readonly end: number;
  /** The frames outside: those that hold inside the handlers themselves. */
  readonly outer: readonly Frame[];
}
