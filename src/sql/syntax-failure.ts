import type { Span } from './span.ts';

/** Thrown inside the parser where the text leaves the grammar; `parse.ts` turns it into an opaque node. */
export class SyntaxFailure extends Error {
  readonly span: Span;

  constructor(message: string, span: Span) {
    super(message);
    this.name = 'SyntaxFailure';
    this.span = { start: span.start, end: span.end };
  }
}
