import type { Span } from '../sql/span.ts';

/**
 * What a person has to know of a conversion. `review`: it is converted, and may differ where the reason says; `stands`:
 * it is not converted, stands as text at its place and raises NOT_CONVERTED when it is reached.
 */
export interface ActionItem {
  readonly code: string;
  readonly severity: 'note' | 'review' | 'stands';
  /** Of the program's text. */
  readonly span: Span;
  readonly reason: string;
  readonly advice: string;
}
