import type { MysqlConnection, Row } from '../../mysql/connection.ts';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import type { Version } from '../../mysql/server.ts';
import { type Language, parseProgram } from '../parse-program.ts';
import type { Program, ProgramKind } from '../program.ts';

/** What a server gave. */
export interface SourcePrograms {
  /** Triggers of one table and time stand in the order in which the server runs them. */
  readonly programs: readonly Program[];
  /** Programs whose text the account may not see, as `kind name`. */
  readonly hidden: readonly string[];
}

/** Reads every stored program of a database as the server itself writes it, each with the mode it was made under. */
export async function readSource(connection: MysqlConnection, database: string): Promise<SourcePrograms> {
  const programs: Program[] = [];
  const hidden: string[] = [];
  for (const { kind, name } of await listPrograms(connection, database)) {
    const path = `${quoteIdentifier(database)}.${quoteIdentifier(name)}`;
    const row = await connection.row(`SHOW CREATE ${kind.toUpperCase()} ${path}`);
    const text = createText(row);
    const found = text === undefined ? undefined : parseProgram(text, languageOf(connection, row));
    if (found === undefined) hidden.push(`${kind} ${name}`);
    else programs.push(found);
  }
  return { programs, hidden };
}

interface Listed {
  readonly kind: ProgramKind;
  readonly name: string;
}

const LISTS: readonly (readonly [ProgramKind | undefined, string])[] = [
  [
    undefined,
    'SELECT LOWER(ROUTINE_TYPE) AS kind, ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? ORDER BY ROUTINE_TYPE, ROUTINE_NAME',
  ],
  [
    'trigger',
    'SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING DESC, EVENT_MANIPULATION, ACTION_ORDER, TRIGGER_NAME',
  ],
  ['event', 'SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? ORDER BY EVENT_NAME'],
  ['view', 'SELECT TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME'],
];

async function listPrograms(connection: MysqlConnection, database: string): Promise<readonly Listed[]> {
  const found: Listed[] = [];
  for (const [kind, query] of LISTS) {
    for (const row of await connection.rows(query, [database])) {
      found.push({ kind: kind ?? (row['kind'] as ProgramKind), name: row['name'] ?? '' });
    }
  }
  return found;
}

/** `Create Procedure`, `SQL Original Statement`, `Create View`, ... */
function createText(row: Row): string | undefined {
  const found = Object.entries(row).find(([column]) => /^(?:Create (?!Time)|SQL Original)/i.test(column));
  return found?.[1] ?? undefined;
}

/** A view is shown without a mode: it is stored in the server's own form, which the mode of the reader decides. */
function languageOf({ server }: MysqlConnection, row: Row): Language {
  const sqlMode = row['sql_mode'] ?? '';
  const collation = row['Database Collation'] ?? undefined;
  return { flavor: server.kind, version: versionNumber(server.version), sqlMode, collation };
}

/** As version comments write it: 9.7.4 is 90704. */
function versionNumber([major, minor, patch]: Version): number {
  return major * 10_000 + minor * 100 + patch;
}
