import type { Span } from './span.ts';

/**
 * What a token is:
 * - `word`: a keyword or a bare identifier (`upper` tells the keyword); `quoted`: an identifier in quotes;
 * - `string`: `value` is what it means, escapes resolved; `national` is `N'...'`;
 * - `integer`, `decimal` (with a point), `float` (with an exponent): `value` is the text;
 * - `hex`, `bit`: `value` is the digits alone;
 * - `variable`: `@name`, `value` the name; `system`: `@@`, the name follows as words and points;
 * - `placeholder`: `?`; `operator`: punctuation, `value` is it;
 * - `broken`: not a token of the language, `value` says why; `end`: behind the last.
 */
export type TokenKind =
  | 'word'
  | 'quoted'
  | 'string'
  | 'national'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'hex'
  | 'bit'
  | 'variable'
  | 'system'
  | 'placeholder'
  | 'operator'
  | 'broken'
  | 'end';

export interface Token extends Span {
  readonly kind: TokenKind;
  readonly value: string;
  /** The word in capitals; '' for every other kind, so that a quoted name never is a keyword. */
  readonly upper: string;
}

/** What stands between tokens and must not be lost: comments, optimizer hints, the marks of version comments. */
export interface Trivia extends Span {
  /** `version` is the opening or closing mark of a version comment that is executed; `skipped` one that is not. */
  readonly kind: 'comment' | 'hint' | 'version' | 'skipped';
}

/** A text cut into tokens; the last token is `end`. */
export interface Lexed {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly trivia: readonly Trivia[];
}
