import type { Expression, Opaque } from '../sql/expression.ts';
import { opaque, readExpressionAt } from '../sql/parse.ts';
import { SyntaxFailure } from '../sql/syntax-failure.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import type { BodyStatement } from './body.ts';

/**
 * What the readers of a body share. A part that does not parse becomes an opaque node as far as it reaches, and the
 * reading goes on behind it: `failures` holds every one.
 */
export class BodyReader {
  readonly cursor: TokenCursor;
  readonly failures: Opaque[] = [];
  readonly #statement: (reader: BodyReader) => BodyStatement;

  constructor(cursor: TokenCursor, statement: (reader: BodyReader) => BodyStatement) {
    this.cursor = cursor;
    this.#statement = statement;
  }

  /** One statement, without the `;` behind it. */
  statement(): BodyStatement {
    return this.cursor.deeper(() => this.#statement(this));
  }

  /** Statements, each with its `;`, up to a word that ends them; that word is left to the caller. */
  statements(): readonly BodyStatement[] {
    const found: BodyStatement[] = [];
    while (!ENDS.has(this.cursor.peek().upper) && this.cursor.peek().kind !== 'end') {
      if (this.cursor.isOperator(';')) throw this.cursor.failure('a statement is expected');
      found.push(...this.#terminated());
    }
    return found;
  }

  /** An expression up to one of these words; what is none is opaque up to there. */
  expression(...stops: readonly string[]): Expression {
    return this.tolerant(stops, () => {
      const found = readExpressionAt(this.cursor);
      if (!this.#isStop(stops)) throw this.cursor.failure(`${stops[0] ?? '";"'} is expected`);
      return found;
    });
  }

  /** Reads a part that must reach to one of these words or a `;`; else it is opaque up to there. */
  tolerant<T>(stops: readonly string[], read: () => T): T | Opaque {
    const from = this.cursor.index;
    const { start } = this.cursor.peek();
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SyntaxFailure)) throw error;
      this.cursor.moveTo(from);
      this.#skip(stops);
      return this.#failed(opaque(this.cursor.since(start), error));
    }
  }

  /** A statement that stands whole but lacks its `;` keeps its place; what follows is opaque. */
  #terminated(): readonly BodyStatement[] {
    const { start } = this.cursor.peek();
    const before = this.failures.length;
    const found = this.tolerant([], () => {
      const statement = this.statement();
      if (!this.cursor.isOperator(';') && !isCompound(statement)) throw this.cursor.failure('";" is expected');
      return statement;
    });
    // Parts of it that failed before the whole did are in the whole.
    if (found.tag === 'opaque') this.failures.splice(before, this.failures.length - before - 1);
    const rest = this.cursor.isOperator(';') || this.cursor.lastEnd === start ? [] : this.#rest();
    this.cursor.takeOperator(';');
    return [found, ...rest];
  }

  #rest(): readonly Opaque[] {
    if (this.cursor.peek().kind === 'end') return [this.#failed(this.#missing())];
    return [
      this.tolerant<never>([], () => {
        throw this.cursor.failure('";" is expected');
      }),
    ];
  }

  #missing(): Opaque {
    const { end } = this.cursor.peek();
    return opaque({ start: end, end }, this.cursor.failure('";" is expected'));
  }

  #failed(found: Opaque): Opaque {
    this.failures.push(found);
    return found;
  }

  #isStop(stops: readonly string[]): boolean {
    if (this.cursor.isOperator(';') || this.cursor.peek().kind === 'end') return true;
    return stops.some((stop) => this.cursor.isWord(stop) || this.cursor.isOperator(stop));
  }

  /** Past at least one token, up to a stop outside parentheses. */
  #skip(stops: readonly string[]): void {
    let depth = 0;
    const from = this.cursor.index;
    while (this.cursor.peek().kind !== 'end') {
      if (this.cursor.isOperator('(')) depth += 1;
      else if (this.cursor.isOperator(')')) depth = Math.max(0, depth - 1);
      const isPast = this.cursor.index > from || this.cursor.isOperator(';');
      if (isPast && (this.cursor.isOperator(';') || (depth === 0 && this.#isStop(stops)))) return;
      this.cursor.moveTo(this.cursor.index + 1);
    }
  }
}

/** Words that no statement begins with: they end or divide what stands round the statements. */
const ENDS = new Set(['END', 'ELSE', 'ELSEIF', 'WHEN', 'UNTIL']);

function isCompound(statement: BodyStatement): boolean {
  return ['block', 'if', 'case-statement', 'loop'].includes(statement.tag);
}
