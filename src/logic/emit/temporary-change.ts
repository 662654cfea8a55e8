import type { Name } from '../../sql/expression.ts';
import { quoteName } from '../../sql/fragment.ts';
import { lex } from '../../sql/lexer.ts';
import { cursorAt } from '../../sql/parse.ts';
import { SyntaxFailure } from '../../sql/syntax-failure.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { Command } from '../body.ts';
import { type KnownTable, tableOf } from '../catalogue.ts';
import { type Emitter, NotConverted } from '../emitter.ts';
import { readColumn, readKey } from '../read/column.ts';
import { key } from '../table-access.ts';
import type { ColumnDefinition, KeyDefinition } from '../table-definition.ts';
import { nodesOf } from '../walk.ts';
import { columnLine } from './other.ts';

/** What ALTER TABLE and CREATE INDEX do to a temporary table, in the order of the text. */
type Action =
  | { readonly tag: 'column'; readonly column: ColumnDefinition }
  | { readonly tag: 'key'; readonly key: KeyDefinition };

interface Change {
  readonly table: readonly Name[];
  readonly actions: readonly Action[];
}

/**
 * ALTER TABLE that adds columns or keys, and CREATE INDEX, of a temporary table that the program made; undefined where it
 * is another command. An index that says nothing of the rows is left out. Throws NotConverted.
 */
export function emitTemporaryChange(emitter: Emitter, node: Command): boolean {
  const text = emitter.sourceText(node);
  const change = readChange(emitter, text);
  const name = change?.table.at(-1)?.text ?? '';
  const table = emitter.tables.get(key(name));
  if (change === undefined || table === undefined) return false;
  noteCommit(emitter, node);
  emitter.embed({ text: `${text})`, span: node }, () => {
    const lines = change.actions.flatMap((action) => lineOf(emitter, action));
    for (const line of text.split('\n')) if (lines.length === 0) emitter.out.line(`-- ${line.trim()}`.trimEnd());
    if (lines.length > 0) emitter.out.line(`ALTER TABLE pg_temp.${quoteName(name)} ${lines.join(', ')};`);
  });
  emitter.tables.set(key(name), change.actions.reduce(grown, table));
  return true;
}

/** The source commits here: a person has to know where the program has transactions of its own. */
function noteCommit(emitter: Emitter, node: Command): void {
  const hasOwn = nodesOf(emitter.program.definition, 'transaction').length > 0;
  emitter.note(hasOwn ? 'review' : 'note', node, [
    'TRANSACTION',
    'ALTER TABLE and CREATE INDEX commit on the source, also of a temporary table',
    'On the target they belong to the transaction.',
  ]);
}

/** A bracket behind the text ends what is read as the inside of CREATE TABLE. */
function readChange(emitter: Emitter, text: string): Change | undefined {
  const { dialect } = emitter.program;
  const cursor = cursorAt(lex(`${text})`, dialect), dialect);
  try {
    const found = cursor.takeWords('ALTER', 'TABLE') ? readAlter(cursor) : readIndex(cursor);
    cursor.expectOperator(')');
    return found;
  } catch (error) {
    if (error instanceof SyntaxFailure) return undefined;
    throw error;
  }
}

function readAlter(cursor: TokenCursor): Change {
  const table = cursor.path();
  const actions = cursor.list((): Action => {
    cursor.expectWord('ADD');
    const own = readKey(cursor);
    if (own !== undefined) return { tag: 'key', key: own };
    cursor.takeWords('COLUMN');
    return { tag: 'column', column: readColumn(cursor) };
  });
  return { table, actions };
}

function readIndex(cursor: TokenCursor): Change {
  const { start } = cursor.peek();
  cursor.expectWord('CREATE');
  const kind = cursor.takeWords('UNIQUE') ? 'unique' : 'index';
  cursor.expectWord('INDEX');
  const name = cursor.name();
  cursor.expectWord('ON');
  const table = cursor.path();
  let isPlain = true;
  const columns = cursor.inParentheses(() =>
    cursor.list(() => {
      const column = cursor.name();
      if (cursor.isOperator('(')) {
        isPlain = false;
        cursor.inParentheses(() => cursor.next());
      }
      cursor.takeOneOf(['ASC', 'DESC']);
      return column;
    }),
  );
  return {
    table,
    actions: [{ tag: 'key', key: { kind, name, columns, isPlain, check: undefined, ...cursor.since(start) } }],
  };
}

function lineOf(emitter: Emitter, action: Action): readonly string[] {
  if (action.tag === 'column') {
    const { isNotNull, initial, isAutoIncrement, generated, onUpdate, check } = action.column;
    const isFilled = isNotNull && (initial === undefined || initial.tag === 'null');
    if (isFilled || isAutoIncrement || generated !== undefined || onUpdate !== undefined || check !== undefined)
      throw new NotConverted(
        'TEMPORARY',
        'a column is added of which the rows that are there get values that it does not say',
        'Make the table with the column.',
      );
    return [`ADD COLUMN ${columnLine(emitter, action.column)}`];
  }
  const { kind, columns, isPlain } = action.key;
  if (kind === 'index' || kind === 'fulltext' || kind === 'spatial') return [];
  if (!isPlain || (kind !== 'primary' && kind !== 'unique'))
    throw new NotConverted('TEMPORARY', 'a key of expressions, or a constraint', 'Make the table with it.');
  const list = columns.map(({ text }) => quoteName(text)).join(', ');
  return [`ADD ${kind === 'primary' ? 'PRIMARY KEY' : 'UNIQUE'} (${list})`];
}

/** What is known of the table behind it. */
function grown(table: KnownTable, action: Action): KnownTable {
  const span = { start: 0, end: 0 };
  const name = { parts: [], ...span };
  const added = tableOf(
    {
      ...{ name, isTemporary: true, isIfNotExists: false, isReplace: false, ...span },
      columns: action.tag === 'column' ? [action.column] : [],
      keys: action.tag === 'key' ? [action.key] : [],
      ...{ options: undefined, like: undefined, query: undefined },
    },
    '',
    'pg_temp',
  );
  const { shape } = table;
  return {
    ...table,
    shape: {
      ...shape,
      columns: [...shape.columns, ...added.shape.columns],
      key: added.shape.key.length > 0 ? added.shape.key : shape.key,
      uniques: [...(shape.uniques ?? []), ...(added.shape.uniques ?? [])],
    },
    uniques: [...table.uniques, ...added.uniques],
    sourceTypes: new Map([...table.sourceTypes, ...added.sourceTypes]),
  };
}
