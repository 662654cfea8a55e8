import type { Expression, Name, Opaque } from '../../sql/expression.ts';
import { readExpressionAt, readQueryAt } from '../../sql/parse.ts';
import type { Branch, Case, If, Loop } from '../body.ts';
import type { BodyReader } from '../body-reader.ts';
import { readEndLabel } from './block.ts';

/** Reads IF ... END IF. */
export function readIf(reader: BodyReader): If {
  const { cursor } = reader;
  const { start } = cursor.peek();
  cursor.expectWord('IF');
  const branches = [readBranch(reader)];
  while (cursor.takeWords('ELSEIF')) branches.push(readBranch(reader));
  const otherwise = cursor.takeWords('ELSE') ? readFilled(reader) : undefined;
  cursor.expectWord('END');
  cursor.expectWord('IF');
  return { tag: 'if', branches, otherwise, ...cursor.since(start) };
}

function readBranch(reader: BodyReader): Branch {
  const { start } = reader.cursor.peek();
  const when = reader.expression('THEN');
  reader.cursor.expectWord('THEN');
  return { when, statements: readFilled(reader), ...reader.cursor.since(start) };
}

/** Statements where the grammar asks for at least one. */
function readFilled(reader: BodyReader): Branch['statements'] {
  const found = reader.statements();
  if (found.length === 0) throw reader.cursor.failure('a statement is expected');
  return found;
}

/** Reads CASE ... END CASE. */
export function readCase(reader: BodyReader): Case {
  const { cursor } = reader;
  const { start } = cursor.peek();
  cursor.expectWord('CASE');
  const subject = cursor.isWord('WHEN') ? undefined : reader.expression('WHEN');
  const branches: Branch[] = [];
  while (cursor.takeWords('WHEN')) branches.push(readBranch(reader));
  if (branches.length === 0) throw cursor.failure('WHEN is expected');
  const otherwise = cursor.takeWords('ELSE') ? readFilled(reader) : undefined;
  cursor.expectWord('END');
  cursor.expectWord('CASE');
  return { tag: 'case-statement', subject, branches, otherwise, ...cursor.since(start) };
}

/** Reads LOOP, WHILE, REPEAT and MariaDB's FOR; the label before it was read already. */
export function readLoop(reader: BodyReader, start: number, label: Name | undefined): Loop {
  const { cursor } = reader;
  const word = cursor.next().upper;
  const found = LOOPS[word]?.(reader);
  if (found === undefined) throw cursor.failure('a loop is expected');
  cursor.expectWord('END');
  cursor.expectWord(word);
  readEndLabel(cursor, label);
  return { tag: 'loop', label, ...found, ...cursor.since(start) };
}

type Core = Pick<Loop, 'kind' | 'statements'>;

const LOOPS: Readonly<Record<string, (reader: BodyReader) => Core>> = {
  LOOP: (reader) => ({ kind: { tag: 'endless' }, statements: readFilled(reader) }),
  WHILE: (reader) => {
    const condition = reader.expression('DO');
    reader.cursor.expectWord('DO');
    return { kind: { tag: 'while', condition }, statements: readFilled(reader) };
  },
  REPEAT: (reader) => {
    const statements = readFilled(reader);
    reader.cursor.expectWord('UNTIL');
    return { kind: { tag: 'until', condition: reader.expression('END') }, statements };
  },
  FOR: (reader) => {
    const kind = readForHead(reader);
    reader.cursor.expectWord('DO');
    return { kind, statements: readFilled(reader) };
  },
};

function readForHead(reader: BodyReader): Loop['kind'] {
  const { cursor } = reader;
  const variable = cursor.name();
  cursor.expectWord('IN');
  const isReverse = cursor.takeWords('REVERSE');
  if (cursor.isOperator('(') && (cursor.isWord('SELECT', 1) || cursor.isWord('WITH', 1))) {
    return { tag: 'query', variable, query: cursor.inParentheses(() => readQueryAt(cursor)) };
  }
  const from = readExpressionAt(cursor);
  if (cursor.takeOperator('..')) return { tag: 'range', variable, isReverse, from, to: reader.expression('DO') };
  const found = cursorOf(from);
  if (found === undefined) throw cursor.failure('".." is expected');
  return { tag: 'cursor', variable, ...found };
}

function cursorOf(
  expression: Expression | Opaque,
): { readonly cursor: Name; readonly args: readonly Expression[] } | undefined {
  if (expression.tag !== 'column' && expression.tag !== 'call') return undefined;
  const [cursor] = expression.parts;
  if (cursor === undefined || expression.parts.length > 1) return undefined;
  return { cursor, args: expression.tag === 'call' ? expression.args : [] };
}

/** Whether a word begins a loop of this server's language. */
export function isLoopWord(upper: string, isMariadb: boolean): boolean {
  return upper in LOOPS && (upper !== 'FOR' || isMariadb);
}
