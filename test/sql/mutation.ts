import type { Dialect } from '../../src/sql/dialect.ts';
import { lex } from '../../src/sql/lexer.ts';

/** Texts near a statement: cut off behind each of its tokens, and each token left out or said twice. */
export function mutationsOf(statement: string, dialect: Dialect): readonly string[] {
  const tokens = lex(statement, dialect).tokens.slice(0, -1);
  return tokens.flatMap(({ start, end }) => [
    statement.slice(0, end),
    statement.slice(0, start) + statement.slice(end),
    `${statement.slice(0, end)} ${statement.slice(start, end)}${statement.slice(end)}`,
  ]);
}
