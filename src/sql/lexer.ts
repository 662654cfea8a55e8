/**
 * This folder reads MySQL's and MariaDB's SQL and writes PostgreSQL's: `lexer.ts` cuts a text into tokens, `parse.ts`
 * makes a tree of an expression, a query or a statement, `translate.ts` prints a tree for PostgreSQL and tells what it
 * could not prove.
 */
import type { Dialect } from './dialect.ts';
import { scanComment } from './scan-comment.ts';
import { scanNumber } from './scan-number.ts';
import { scanQuotedName, scanString } from './scan-string.ts';
import type { Lexed, Token, TokenKind, Trivia } from './token.ts';

/** Cuts a text into tokens in one pass, every character of it (INV-94); never fails: what is no token becomes one of kind `broken` with the reason. */
export function lex(text: string, dialect: Dialect): Lexed {
  const lexer = new Lexer(text, dialect);
  lexer.run();
  return { text, tokens: lexer.tokens, trivia: lexer.trivia };
}

const OPERATORS = ['<=>', '->>', '<<', '>>', '<=', '>=', '<>', '!=', ':=', '&&', '||', '->', '=>', '..'];
const TWO_OR_MORE = new Set(OPERATORS.map((operator) => operator[0]));
const DIGIT = /[0-9]/;
/** Not a surrogate pair's concern: both halves lie above 0x80 and stay in one word. */
const WORD = /[0-9A-Za-z_$\u0080-\uffff]+/y;
/** After `@` a point may stand inside the name. */
const VARIABLE = /[0-9A-Za-z_$.\u0080-\uffff]*/y;

/** `#`, `-`, `/`, and `*`, which may close a version comment. */
const COMMENT_STARTS = new Set([0x23, 0x2d, 0x2f, 0x2a]);

/** A letter, `_`, `$`, or anything beyond ASCII: most tokens begin so, and need no other question. */
function isWordStart(unit: number): boolean {
  const lower = unit | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || unit === 0x5f || unit === 0x24 || unit >= 0x80;
}

class Lexer {
  readonly tokens: Token[] = [];
  readonly trivia: Trivia[] = [];
  readonly #text: string;
  readonly #dialect: Dialect;
  #at = 0;
  /** A version comment that is executed is open: the next closing mark ends it. */
  #isInVersion = false;

  constructor(text: string, dialect: Dialect) {
    this.#text = text;
    this.#dialect = dialect;
  }

  run(): void {
    const text = this.#text;
    while (this.#at < text.length) {
      const unit = text.charCodeAt(this.#at);
      if (unit <= 0x20) this.#at += 1;
      else if (isWordStart(unit)) this.#word();
      else if (!COMMENT_STARTS.has(unit) || !this.#comment()) this.#token(text[this.#at] ?? '');
    }
    if (this.#isInVersion) this.#push('broken', this.#at, 'a version comment has no end');
    this.#push('end', this.#at, '');
  }

  #comment(): boolean {
    const start = this.#at;
    if (this.#isInVersion && this.#text.startsWith('*/', start)) {
      this.#isInVersion = false;
      this.#note('version', start, start + 2);
      return true;
    }
    const found = scanComment(this.#text, start, this.#dialect);
    if (found === undefined) return false;
    if (found.kind === 'unclosed') {
      this.#push('broken', found.end, 'a comment has no end');
      return true;
    }
    if (found.kind === 'opened') this.#isInVersion = true;
    this.#note(found.kind === 'opened' ? 'version' : found.kind, start, found.end);
    return true;
  }

  #token(first: string): void {
    if (first === "'") this.#string('string', this.#at);
    else if (first === '"') this.#dialect.mode.hasAnsiQuotes ? this.#name() : this.#string('string', this.#at);
    else if (first === '`') this.#name();
    else if (first === '@') this.#variable();
    else if (DIGIT.test(first)) this.#number();
    else if (first === '.' && this.#isFraction()) this.#number();
    else this.#operator(first);
  }

  /** `.5` is a number, but in `t.5a` and `t.5` the point joins names. */
  #isFraction(): boolean {
    if (!DIGIT.test(this.#text[this.#at + 1] ?? '')) return false;
    const last = this.tokens.at(-1);
    return last === undefined || last.end !== this.#at || (last.kind !== 'word' && last.kind !== 'quoted');
  }

  #isAfterPoint(): boolean {
    const last = this.tokens.at(-1);
    if (last === undefined || last.value !== '.' || last.end !== this.#at) return false;
    const before = this.tokens.at(-2);
    return before !== undefined && (before.kind === 'word' || before.kind === 'quoted' || before.kind === 'system');
  }

  #number(): void {
    const found = this.#isAfterPoint() ? undefined : scanNumber(this.#text, this.#at);
    if (found === undefined) this.#word();
    else this.#push(found.kind, found.end, found.value);
  }

  #word(): void {
    WORD.lastIndex = this.#at;
    const value = WORD.exec(this.#text)?.[0] ?? '';
    const next = this.#text[this.#at + value.length];
    if (value.length === 1 && next === "'" && this.#prefixed(value)) return;
    this.#push('word', this.#at + value.length, value, value.toUpperCase());
  }

  /** `x'41'`, `b'101'`, `N'text'`; false when the letter means nothing before a quote. */
  #prefixed(letter: string): boolean {
    const lower = letter.toLowerCase();
    if (lower === 'n') {
      this.#string('national', this.#at + 1);
      return true;
    }
    if (lower !== 'x' && lower !== 'b') return false;
    const { value, end } = scanString(this.#text, this.#at + 1, false);
    const isGood = lower === 'x' ? /^(?:[0-9a-f]{2})*$/i.test(value) : /^[01]*$/.test(value);
    if (end < 0 || !isGood) this.#push('broken', end < 0 ? this.#text.length : end, 'a literal of wrong digits');
    else this.#push(lower === 'x' ? 'hex' : 'bit', end, value);
    return true;
  }

  #string(kind: TokenKind, quoteAt: number): void {
    const { value, end } = scanString(this.#text, quoteAt, !this.#dialect.mode.hasNoBackslashEscapes);
    if (end < 0) this.#push('broken', this.#text.length, 'a string has no end');
    else this.#push(kind, end, value);
  }

  #name(): void {
    const { value, end } = scanQuotedName(this.#text, this.#at);
    if (end < 0) this.#push('broken', this.#text.length, 'a quoted name has no end');
    else this.#push('quoted', end, value);
  }

  #variable(): void {
    const next = this.#text[this.#at + 1];
    if (next === '@') {
      this.#push('system', this.#at + 2, '@@');
    } else if (next === '`' || next === "'" || next === '"') {
      const { value, end } = scanString(this.#text, this.#at + 1, next !== '`');
      this.#push(end < 0 ? 'broken' : 'variable', end < 0 ? this.#text.length : end, value);
    } else {
      VARIABLE.lastIndex = this.#at + 1;
      const name = VARIABLE.exec(this.#text)?.[0] ?? '';
      this.#push('variable', this.#at + 1 + name.length, name);
    }
  }

  #operator(first: string): void {
    const long = TWO_OR_MORE.has(first)
      ? OPERATORS.find((operator) => this.#text.startsWith(operator, this.#at))
      : undefined;
    const value = long ?? first;
    if (first === '?') this.#push('placeholder', this.#at + 1, '?');
    else if ('+-*/%^&|~!=<>(),.;:{}[]'.includes(first)) this.#push('operator', this.#at + value.length, value);
    else this.#push('broken', this.#at + 1, 'a character that is no part of the language');
  }

  #push(kind: TokenKind, end: number, value: string, upper = ''): void {
    this.tokens.push({ kind, value, upper, start: this.#at, end });
    this.#at = end;
  }

  #note(kind: Trivia['kind'], start: number, end: number): void {
    this.trivia.push({ kind, start, end });
    this.#at = end;
  }
}
