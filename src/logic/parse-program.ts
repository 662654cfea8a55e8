import { type Dialect, dialect } from '../sql/dialect.ts';
import { lex } from '../sql/lexer.ts';
import { cursorAt, opaque } from '../sql/parse.ts';
import type { TableName } from '../sql/query.ts';
import { SyntaxFailure } from '../sql/syntax-failure.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import { BodyReader } from './body-reader.ts';
import type { Definition, Program, ProgramKind } from './program.ts';
import { type Head, readHead } from './read/head.ts';
import { readRoutine } from './read/routine.ts';
import { readBodyStatement } from './read/statement.ts';
import { readEvent, readTrigger } from './read/trigger.ts';
import { readView } from './read/view.ts';

/** In which language a text is written; `sqlMode` as `@@sql_mode` gives it. */
export interface Language {
  readonly flavor: Dialect['flavor'];
  readonly version: number;
  readonly sqlMode: string;
  /** The collation of its database, as the server tells it; undefined: not known. */
  readonly collation?: string | undefined;
}

const READERS: Readonly<Record<ProgramKind, (reader: BodyReader, head: Head) => Definition>> = {
  procedure: readRoutine,
  function: readRoutine,
  trigger: readTrigger,
  event: readEvent,
  view: readView,
};

/**
 * Reads one CREATE of a stored program; `;` may end it. undefined when the text makes none. Never throws: what does not
 * parse is opaque and listed in `failures`. `offset` is where the text begins in its file.
 */
export function parseProgram(text: string, language: Language, offset = 0): Program | undefined {
  const of = dialect(language.flavor, language.version, language.sqlMode);
  const lexed = lex(text, of);
  const reader = new BodyReader(cursorAt(lexed, of), readBodyStatement);
  const definition = readDefinition(reader);
  if (definition === undefined) return undefined;
  const { sqlMode, collation } = language;
  return { lexed, dialect: of, sqlMode, collation, offset, definition, failures: reader.failures };
}

function readDefinition(reader: BodyReader): Definition | undefined {
  const { cursor } = reader;
  const { start } = cursor.peek();
  let head: Head | undefined;
  try {
    head = readHead(cursor);
    if (head === undefined) return undefined;
    const found = READERS[head.kind](reader, head);
    cursor.takeOperator(';');
    if (cursor.peek().kind !== 'end') throw cursor.failure('the end is expected');
    return found;
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    return unread(reader, start, head, error);
  }
}

function unread(reader: BodyReader, start: number, head: Head | undefined, error: SyntaxFailure): Definition {
  const { cursor } = reader;
  const span = { start, end: cursor.text.length };
  reader.failures.push(opaque(span, error));
  return { tag: 'unread', kind: head?.kind, name: head === undefined ? undefined : nameOf(cursor, head), ...span };
}

/** The name is looked for behind the kind, whatever else went wrong. */
function nameOf(cursor: TokenCursor, head: Head): TableName | undefined {
  cursor.moveTo(0);
  while (cursor.peek().kind !== 'end' && cursor.peek().upper !== head.kind.toUpperCase())
    cursor.moveTo(cursor.index + 1);
  cursor.moveTo(cursor.index + 1);
  cursor.takeWords('IF', 'NOT', 'EXISTS');
  const { start } = cursor.peek();
  try {
    return { parts: cursor.path(), ...cursor.since(start) };
  } catch {
    return undefined;
  }
}
