import type { Dialect } from '../sql/dialect.ts';
import { lex } from '../sql/lexer.ts';
import type { Token } from '../sql/token.ts';

const KINDS = new Set(['PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT']);
/** A statement may begin behind these. */
const BEFORE = new Set('THEN ELSE DO LOOP BEGIN REPEAT ROW DATA SQL DETERMINISTIC INVOKER DEFINER'.split(' '));
/** Words before the kind: CREATE OR REPLACE DEFINER = a@b SQL SECURITY INVOKER AGGREGATE. */
const HEAD_TOKENS = 16;

/** Where a stored program ends that stands in a script with `;` as delimiter: its pieces are given one by one. */
export class ProgramEnd {
  #depth = 0;
  #isProgram: boolean | undefined;

  /** Whether the program, or any other statement, ends with this piece. */
  isReached(piece: string, dialect: Dialect): boolean {
    if (this.#isProgram === false) return true;
    const { tokens } = lex(piece, dialect);
    this.#isProgram ??= isProgram(tokens);
    if (this.#isProgram) for (const [at] of tokens.entries()) this.#depth += stepAt(tokens, at);
    return !this.#isProgram || this.#depth <= 0;
  }
}

function isProgram(tokens: readonly Token[]): boolean {
  if (tokens[0]?.upper !== 'CREATE') return false;
  return tokens.slice(1, HEAD_TOKENS).some(({ upper }) => KINDS.has(upper));
}

/** 1 where a level opens, -1 where one closes. */
function stepAt(tokens: readonly Token[], at: number): -1 | 0 | 1 {
  const upper = tokens[at]?.upper ?? '';
  const before = tokens[at - 1];
  const next = tokens[at + 1];
  if (before?.upper === 'END') return 0;
  if (upper === 'END') return -1;
  if (upper === 'BEGIN' || upper === 'CASE' || upper === 'LOOP' || upper === 'WHILE') return 1;
  const isCall = next?.value === '(';
  if (upper === 'REPEAT') return isCall ? 0 : 1;
  if (upper === 'FOR') return tokens[at + 2]?.upper === 'IN' ? 1 : 0;
  return upper === 'IF' && beginsStatement(before) && hasThen(tokens, at + 1) ? 1 : 0;
}

/** A body begins behind the parameters or a characteristic of the head. */
function beginsStatement(before: Token | undefined): boolean {
  if (before === undefined || before.kind === 'string') return true;
  return (before.kind === 'operator' && ':)'.includes(before.value)) || BEFORE.has(before.upper);
}

/** IF the statement has its THEN before any ELSE, WHEN or END; IF() the function in a CASE does not. */
function hasThen(tokens: readonly Token[], from: number): boolean {
  let depth = 0;
  for (const token of tokens.slice(from)) {
    if (token.value === '(' && token.kind === 'operator') depth += 1;
    if (token.value === ')' && token.kind === 'operator') depth -= 1;
    if (depth > 0) continue;
    if (token.upper === 'THEN') return true;
    if (token.upper === 'ELSE' || token.upper === 'WHEN' || token.upper === 'END') return false;
  }
  return false;
}
