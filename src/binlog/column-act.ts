import type { ColumnAct, OldRowValue } from '../contract/change.ts';
import type { Clause } from './alteration.ts';
import type { Token } from './statement.ts';

/**
 * What the clauses of an ALTER TABLE say of columns, or null where any of them is not surely understood: they name what
 * was done to which column, which the shapes before and after cannot tell apart (a column renamed, or dropped beside a
 * new one), and the literal that old rows of a new column took over, which the catalogue may have forgotten by now.
 */
export function columnActs(clauses: readonly Clause[]): readonly ColumnAct[] | null {
  const acts = clauses.map(actsOf);
  return acts.includes(null) ? null : acts.flatMap((found) => found ?? []);
}

function actsOf(clause: Clause): readonly ColumnAct[] | null {
  switch (clause.kind) {
    // Another name of the whole table is told by the change itself.
    case 'keeps':
    case 'move':
    case 'primary-key':
    case 'convert':
      return [];
    case 'unsaid':
    case 'rewrites':
      return null;
    case 'add':
      return [{ act: 'add', column: clause.column, value: oldRowValue(clause.definition) }];
    case 'drop':
      return [{ act: 'drop', column: clause.column }];
    case 'define':
      return [{ act: 'change', column: clause.from, to: clause.column, isDefined: true }];
    case 'rename':
      return [{ act: 'change', column: clause.from, to: clause.column, isDefined: false }];
    case 'default':
      return [{ act: 'default', column: clause.column }];
  }
}

/** Words of a column's definition after which old rows hold what the server computed for each. */
const COMPUTED: ReadonlySet<string> = new Set([
  ...['AUTO_INCREMENT', 'SERIAL', 'GENERATED', 'AS', 'VIRTUAL', 'STORED', 'PERSISTENT', 'ROW', 'SYSTEM'],
]);

const UNKNOWN: OldRowValue = { kind: 'unknown' };

/** The value that a column's definition gives to rows that exist. */
function oldRowValue(definition: readonly Token[]): OldRowValue {
  if (definition.some(({ isWord, text }) => isWord && COMPUTED.has(text))) return UNKNOWN;
  const at = defaultOf(definition);
  if (at < 0) return { kind: 'none' };
  const [first, ...rest] = definition.slice(at + 1);
  const isNegative = first !== undefined && isMark(first, '-');
  const [token, after, fraction] = isNegative ? rest : [first, ...rest];
  if (token === undefined) return UNKNOWN;
  if (!token.isWord) {
    const isWhole = token.text === "'" && !isNegative && token.string !== null && after?.text !== "'";
    return isWhole ? { kind: 'string', text: token.string ?? '' } : UNKNOWN;
  }
  if (/^\d+$/.test(token.text)) {
    const digits = after !== undefined && isMark(after, '.') ? `.${fraction?.text ?? ''}` : '';
    return { kind: 'number', text: `${isNegative ? '-' : ''}${token.text}${digits}` };
  }
  return isNegative ? UNKNOWN : constant(token.text);
}

function constant(word: string): OldRowValue {
  if (word === 'NULL') return { kind: 'null' };
  return word === 'TRUE' || word === 'FALSE' ? { kind: 'number', text: word === 'TRUE' ? '1' : '0' } : UNKNOWN;
}

/** Where DEFAULT stands outside parentheses; -1: nowhere. */
function defaultOf(tokens: readonly Token[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    depth += isMark(token, '(') ? 1 : isMark(token, ')') ? -1 : 0;
    return depth === 0 && token.isWord && token.text === 'DEFAULT';
  });
}

function isMark({ text, isWord, name }: Token, mark: string): boolean {
  return text === mark && !isWord && name === null;
}
