import type { Dialect } from './dialect.ts';
import type { Expression, Name } from './expression.ts';
import type { Query } from './query.ts';
import { isReserved } from './reserved.ts';
import type { Span } from './span.ts';
import { SyntaxFailure } from './syntax-failure.ts';
import type { Lexed, Token } from './token.ts';

/** How deep parentheses, subqueries and CASE may stand in each other: far above real code, far below the stack's end. */
export const MAX_DEPTH = 250;

/** The parts of the grammar that need each other; given to the cursor so that no file imports its caller. */
export interface Grammar {
  /** `power` is the weakest operator that may still be taken; 0 takes all. */
  readonly expression: (cursor: TokenCursor, power: number) => Expression;
  /** A query from SELECT, WITH, VALUES, TABLE or `(`; `first` is one in parentheses that was read already. */
  readonly query: (cursor: TokenCursor, first: Query | undefined) => Query;
}

/** A place in a run of tokens that moves forward; every reader of the grammar takes one and leaves it behind its part. */
export class TokenCursor {
  readonly text: string;
  readonly dialect: Dialect;
  readonly #tokens: readonly Token[];
  readonly #grammar: Grammar;
  #index: number;
  #depth = 0;
  #placeholders = 0;

  constructor(lexed: Lexed, dialect: Dialect, grammar: Grammar, index = 0) {
    this.text = lexed.text;
    this.dialect = dialect;
    this.#tokens = lexed.tokens;
    this.#grammar = grammar;
    this.#index = index;
  }

  /** Index of the token that comes next, for a caller that goes on by itself or goes back. */
  get index(): number {
    return this.#index;
  }

  moveTo(index: number): void {
    this.#index = index;
  }

  /** The token `ahead` places on; behind the last it is always `end`. */
  peek(ahead = 0): Token {
    return this.#tokens[this.#index + ahead] ?? this.#last();
  }

  next(): Token {
    const token = this.peek();
    if (token.kind === 'broken') throw new SyntaxFailure(token.value, token);
    if (token.kind !== 'end') this.#index += 1;
    return token;
  }

  /** Where the token before this place ends. */
  get lastEnd(): number {
    return this.#tokens[this.#index - 1]?.end ?? 0;
  }

  /** Span from a start to the end of what was read last. */
  since(start: number): Span {
    return { start, end: this.lastEnd };
  }

  isWord(upper: string, ahead = 0): boolean {
    return this.peek(ahead).upper === upper;
  }

  isOperator(value: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'operator' && token.value === value;
  }

  /** Takes these words if all of them come next, in this order. Called for every token: no list is made. */
  takeWords(first: string, second?: string, third?: string, fourth?: string): boolean {
    if (!this.isWord(first)) return false;
    if (second !== undefined && !this.isWord(second, 1)) return false;
    if (third !== undefined && !this.isWord(third, 2)) return false;
    if (fourth !== undefined && !this.isWord(fourth, 3)) return false;
    this.#index += fourth !== undefined ? 4 : third !== undefined ? 3 : second !== undefined ? 2 : 1;
    return true;
  }

  /** Takes the word that comes next if it is one of these. */
  takeOneOf(uppers: readonly string[]): string | undefined {
    const { upper } = this.peek();
    if (upper === '' || !uppers.includes(upper)) return undefined;
    this.#index += 1;
    return upper;
  }

  takeOperator(value: string): boolean {
    if (!this.isOperator(value)) return false;
    this.#index += 1;
    return true;
  }

  expectWord(upper: string): void {
    if (!this.takeWords(upper)) throw this.failure(`${upper} is expected`);
  }

  expectOperator(value: string): void {
    if (!this.takeOperator(value)) throw this.failure(`"${value}" is expected`);
  }

  failure(message: string): SyntaxFailure {
    const token = this.peek();
    if (token.kind === 'broken') return new SyntaxFailure(token.value, token);
    const found =
      token.kind === 'end' ? 'the end of the text' : `"${this.text.slice(token.start, token.end).slice(0, 60)}"`;
    return new SyntaxFailure(`${message}, found ${found}`, token);
  }

  /** Whether an identifier comes next; a keyword is one unless it is reserved. */
  isName(ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'quoted' || (token.kind === 'word' && !isReserved(token.upper, this.dialect));
  }

  name(): Name {
    if (!this.isName()) throw this.failure('a name is expected');
    return nameOf(this.next());
  }

  /** After a point every word is a name. */
  #nameAfterPoint(): Name {
    const token = this.peek();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.failure('a name is expected');
    return nameOf(this.next());
  }

  /** `a`, `a.b`, `a.b.c`, and `.a`, which is `a`. */
  path(): readonly Name[] {
    const parts = this.takeOperator('.') ? [this.#nameAfterPoint()] : [this.name()];
    while (this.isOperator('.') && !this.isOperator('*', 1)) {
      this.next();
      parts.push(this.#nameAfterPoint());
    }
    return parts;
  }

  /** `a, b, c`: one or more. */
  list<T>(item: () => T): readonly T[] {
    const items = [item()];
    while (this.takeOperator(',')) items.push(item());
    return items;
  }

  /** `(` ... `)` round what is read. */
  inParentheses<T>(content: () => T): T {
    this.expectOperator('(');
    const result = content();
    this.expectOperator(')');
    return result;
  }

  expression(power = 0): Expression {
    return this.deeper(() => this.#grammar.expression(this, power));
  }

  query(first?: Query): Query {
    return this.deeper(() => this.#grammar.query(this, first));
  }

  /** Number of the next `?`, from 0. */
  placeholder(): number {
    this.#placeholders += 1;
    return this.#placeholders - 1;
  }

  /** Reads with the depth counted. Throws SyntaxFailure past MAX_DEPTH, long before the stack ends. */
  deeper<T>(read: () => T): T {
    if (this.#depth >= MAX_DEPTH) throw this.failure(`more than ${MAX_DEPTH} levels stand in each other`);
    this.#depth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }

  #last(): Token {
    const last = this.#tokens.at(-1);
    return last ?? { kind: 'end', value: '', upper: '', start: this.text.length, end: this.text.length };
  }
}

function nameOf(token: Token): Name {
  return { text: token.value, isQuoted: token.kind === 'quoted', start: token.start, end: token.end };
}
