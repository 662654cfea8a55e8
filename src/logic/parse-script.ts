import { dialect } from '../sql/dialect.ts';
import { lex } from '../sql/lexer.ts';
import { cursorAt } from '../sql/parse.ts';
import { SyntaxFailure } from '../sql/syntax-failure.ts';
import { type Language, parseProgram } from './parse-program.ts';
import type { Program } from './program.ts';
import { readTableDefinition } from './read/table-definition.ts';
import { type ScriptStatement, splitScript } from './split-script.ts';
import type { TableDefinition } from './table-definition.ts';

/** What a script makes. */
export interface Script {
  readonly text: string;
  readonly programs: readonly Program[];
  /** Its permanent tables, so that columns have types where there is no server to ask. */
  readonly tables: readonly ScriptTable[];
}

export interface ScriptTable {
  readonly definition: TableDefinition;
  readonly text: string;
  /** Where it begins in the script: UTF-16 units. */
  readonly offset: number;
}

/** Reads a script: a dump with DELIMITER lines, the output of SHOW CREATE, or hand-written SQL. Never throws. */
export function parseScript(text: string, language: Language): Script {
  const programs: Program[] = [];
  const tables: ScriptTable[] = [];
  for (const statement of splitScript(text, language)) {
    const own = { ...language, sqlMode: statement.sqlMode };
    const program = parseProgram(statement.text, own, statement.offset);
    if (program !== undefined) programs.push(program);
    else if (IS_TABLE.test(statement.text)) tables.push(...tableOf(statement, own));
  }
  return { text, programs, tables };
}

const IS_TABLE = /\bcreate\s+(?:or\s+replace\s+)?table\b/i;

/** A table whose text is not understood is left out: its columns have unknown types then, which is told at each use. */
function tableOf(statement: ScriptStatement, language: Language): readonly ScriptTable[] {
  const of = dialect(language.flavor, language.version, language.sqlMode);
  const cursor = cursorAt(lex(statement.text, of), of);
  if (!cursor.isWord('CREATE')) return [];
  try {
    const found = readTableDefinition(cursor);
    return found.tag === 'create-table'
      ? [{ definition: found.definition, text: statement.text, offset: statement.offset }]
      : [];
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    return [];
  }
}
