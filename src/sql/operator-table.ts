import type { ArithmeticOperator, ComparisonOperator } from './expression.ts';
import type { TokenCursor } from './token-cursor.ts';

/**
 * How strongly operators bind, weakest first, as in the server's grammar (not its manual, which puts LIKE and `=` on
 * one level): OR < XOR < AND < NOT < IS, comparison < predicate (LIKE, IN, BETWEEN) < bit < ... < unary < COLLATE.
 */
export const POWER = {
  assign: 1,
  or: 2,
  xor: 3,
  and: 4,
  not: 5,
  comparison: 6,
  predicate: 7,
  bitOr: 8,
  bitAnd: 9,
  shift: 10,
  sum: 11,
  product: 12,
  power: 13,
  concat: 14,
  unary: 15,
  collate: 17,
} as const;

/** An operator between two operands that associates to the left. */
export type Infix =
  | { readonly tag: 'arithmetic'; readonly operator: ArithmeticOperator; readonly power: number }
  | { readonly tag: 'comparison'; readonly operator: ComparisonOperator; readonly power: number }
  | { readonly tag: 'logical'; readonly operator: 'and' | 'or' | 'xor'; readonly power: number }
  | { readonly tag: 'concat'; readonly power: number };

function arithmetic(operator: ArithmeticOperator, power: number): Infix {
  return { tag: 'arithmetic', operator, power };
}

function comparison(operator: ComparisonOperator): Infix {
  return { tag: 'comparison', operator, power: POWER.comparison };
}

const AND: Infix = { tag: 'logical', operator: 'and', power: POWER.and };
const OR: Infix = { tag: 'logical', operator: 'or', power: POWER.or };

const SIGNS: ReadonlyMap<string, Infix> = new Map([
  ['|', arithmetic('|', POWER.bitOr)],
  ['&', arithmetic('&', POWER.bitAnd)],
  ['<<', arithmetic('<<', POWER.shift)],
  ['>>', arithmetic('>>', POWER.shift)],
  ['+', arithmetic('+', POWER.sum)],
  ['-', arithmetic('-', POWER.sum)],
  ['*', arithmetic('*', POWER.product)],
  ['/', arithmetic('/', POWER.product)],
  ['%', arithmetic('mod', POWER.product)],
  ['^', arithmetic('^', POWER.power)],
  ['=', comparison('=')],
  ['<=>', comparison('<=>')],
  ['<>', comparison('<>')],
  ['!=', comparison('<>')],
  ['<', comparison('<')],
  ['<=', comparison('<=')],
  ['>', comparison('>')],
  ['>=', comparison('>=')],
  ['&&', AND],
]);

const WORDS: ReadonlyMap<string, Infix> = new Map([
  ['AND', AND],
  ['OR', OR],
  ['XOR', { tag: 'logical', operator: 'xor', power: POWER.xor }],
  ['DIV', arithmetic('div', POWER.product)],
  ['MOD', arithmetic('mod', POWER.product)],
]);

/** The infix operator that comes next, not taken. */
export function infixAt(cursor: TokenCursor): Infix | undefined {
  const token = cursor.peek();
  if (token.kind === 'word') return WORDS.get(token.upper);
  if (token.kind !== 'operator') return undefined;
  if (token.value !== '||') return SIGNS.get(token.value);
  return cursor.dialect.mode.hasPipesAsConcat ? { tag: 'concat', power: POWER.concat } : OR;
}
