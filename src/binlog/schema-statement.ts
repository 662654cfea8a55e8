import { type Lexis, type Token, tokens } from './statement.ts';
import type { TableName } from './table-map.ts';

/** What a statement does to tables, as far as the stream must know; DDL is a signal, not parsed further (style 10). */
export type StatementEffect =
  | { readonly kind: 'none' }
  /** Rows changed by a statement, which row format never logs. */
  | { readonly kind: 'rows'; readonly table: TableName | null }
  | { readonly kind: 'truncate'; readonly table: TableName }
  | { readonly kind: 'tables'; readonly tables: readonly TableEffect[] }
  | { readonly kind: 'database'; readonly database: string };

export interface TableEffect extends TableName {
  readonly act: 'create' | 'alter' | 'drop';
  /** A rename brought the table that was called this. */
  readonly was?: TableName;
  /** A rename took the table that stood here to this name. */
  readonly to?: TableName;
}

const MORE_TABLES: ReadonlySet<string> = new Set(['FROM', 'USING', 'JOIN', 'STRAIGHT_JOIN']);

const NONE: StatementEffect = { kind: 'none' };

/** Classifies one statement, as run with `database` as default. */
export function effectOf(sql: string, database: string, lexis: Lexis): StatementEffect {
  const reader = new Reader(tokens(sql, lexis), database);
  switch (reader.word()) {
    case 'CREATE':
      return creation(reader);
    case 'ALTER':
      return alteration(reader);
    case 'DROP':
      return removal(reader);
    case 'RENAME':
      return reader.accept('TABLE', 'TABLES') ? renaming(reader) : NONE;
    case 'TRUNCATE':
      reader.accept('TABLE');
      return truncation(reader);
    case 'INSERT':
    case 'REPLACE':
      return rowsOf(reader, ['LOW_PRIORITY', 'DELAYED', 'HIGH_PRIORITY', 'IGNORE', 'INTO']);
    case 'UPDATE':
      return oneTable(rowsOf(reader, ['LOW_PRIORITY', 'IGNORE']), reader);
    case 'DELETE':
      return oneTable(rowsOf(reader, ['LOW_PRIORITY', 'QUICK', 'IGNORE', 'FROM']), reader);
    // SELECT and DO are logged only for a function that changed rows.
    case 'SELECT':
    case 'DO':
    case 'LOAD':
    case 'WITH':
      return { kind: 'rows', table: null };
    default:
      return NONE;
  }
}

function rowsOf(reader: Reader, words: readonly string[]): StatementEffect {
  while (reader.accept(...words));
  return { kind: 'rows', table: reader.table() };
}

/** Of several tables, any may be the changed one: none is told. */
function oneTable(effect: StatementEffect, reader: Reader): StatementEffect {
  return reader.namesMore() ? { kind: 'rows', table: null } : effect;
}

function truncation(reader: Reader): StatementEffect {
  const table = reader.table();
  return table ? { kind: 'truncate', table } : NONE;
}

function creation(reader: Reader): StatementEffect {
  if (reader.accept('OR')) reader.accept('REPLACE');
  const word = reader.word();
  if (word === 'TABLE') {
    reader.skipCondition();
    return tablesOf('create', [reader.table()]);
  }
  return isIndexWord(word) ? indexed(reader) : NONE;
}

function alteration(reader: Reader): StatementEffect {
  while (reader.accept('ONLINE', 'OFFLINE', 'IGNORE'));
  if (!reader.accept('TABLE')) return NONE;
  reader.skipCondition();
  const table = reader.table();
  if (reader.accept('EXCHANGE')) {
    reader.skipTo('TABLE');
    return tablesOf('alter', [table, reader.table()]);
  }
  const renamed = reader.renameTarget();
  if (!table || !renamed) return tablesOf('alter', [table]);
  return { kind: 'tables', tables: moved([[table, renamed]]) };
}

function removal(reader: Reader): StatementEffect {
  const word = reader.word();
  if (word === 'DATABASE' || word === 'SCHEMA') {
    reader.skipCondition();
    const database = reader.name();
    return database === null ? NONE : { kind: 'database', database };
  }
  if (isIndexWord(word)) return indexed(reader);
  if (word !== 'TABLE' && word !== 'TABLES') return NONE;
  reader.skipCondition();
  const tables: (TableName | null)[] = [];
  do tables.push(reader.table());
  while (reader.accept(','));
  return tablesOf('drop', tables);
}

function renaming(reader: Reader): StatementEffect {
  reader.skipCondition();
  const pairs: (readonly [TableName, TableName])[] = [];
  do {
    const from = reader.table();
    reader.skipTo('TO');
    const to = reader.table();
    if (from && to) pairs.push([from, to]);
  } while (reader.accept(','));
  return { kind: 'tables', tables: moved(pairs) };
}

/**
 * The outcome of renames done one after another, a swap (gh-ost, pt-online-schema-change) included: a name that stood
 * for a table and stands for another one now was altered, one that stands for none was dropped.
 */
function moved(pairs: readonly (readonly [TableName, TableName])[]): TableEffect[] {
  const key = ({ database, table }: TableName) => JSON.stringify([database, table]);
  const names = new Map<string, TableName>();
  /** Which table, by its name at the start, stands under a name now; of a name that is not here: its own. */
  const stands = new Map<string, TableName | null>();
  for (const [from, to] of pairs) {
    for (const name of [from, to]) names.set(key(name), name);
    const original = stands.get(key(from)) ?? from;
    stands.set(key(from), null);
    stands.set(key(to), original);
  }
  const wentTo = new Map<string, TableName>();
  for (const [id, original] of stands) if (original) wentTo.set(key(original), names.get(id) ?? original);
  return [...names].flatMap(([id, name]): TableEffect[] => {
    const was = stands.get(id) ?? null;
    const to = wentTo.get(id);
    // Back under its own name, or a name in between that stood for nothing before.
    if (was === null && to === undefined) return [];
    if (was !== null && key(was) === id) return [{ ...name, act: 'alter' }];
    const from = was ? { was } : {};
    const away = to ? { to } : {};
    return [{ ...name, act: was === null ? 'drop' : to ? 'alter' : 'create', ...from, ...away }];
  });
}

function isIndexWord(word: string | null): boolean {
  return word === 'INDEX' || word === 'UNIQUE' || word === 'FULLTEXT' || word === 'SPATIAL';
}

function indexed(reader: Reader): StatementEffect {
  return reader.skipTo('ON') ? tablesOf('alter', [reader.table()]) : NONE;
}

function tablesOf(act: TableEffect['act'], tables: readonly (TableName | null)[]): StatementEffect {
  return { kind: 'tables', tables: tables.flatMap((table) => (table ? [{ ...table, act }] : [])) };
}

class Reader {
  readonly #tokens: Iterator<Token>;
  readonly #database: string;
  #next: Token | undefined;

  constructor(tokens: Iterator<Token>, database: string) {
    this.#tokens = tokens;
    this.#database = database;
    this.#advance();
  }

  /** The keyword at the cursor, which moves past it. */
  word(): string | null {
    const token = this.#advance();
    return token?.isWord ? token.text : null;
  }

  accept(...texts: readonly string[]): boolean {
    const token = this.#next;
    if (!token || !texts.includes(token.text) || (!token.isWord && token.name !== null)) return false;
    this.#advance();
    return true;
  }

  /** IF [NOT] EXISTS. */
  skipCondition(): void {
    if (!this.accept('IF')) return;
    this.accept('NOT');
    this.accept('EXISTS');
  }

  name(): string | null {
    return this.#advance()?.name ?? null;
  }

  /** `table`, or `database`.`table`. */
  table(): TableName | null {
    const first = this.name();
    if (first === null) return null;
    if (!this.accept('.')) return { database: this.#database, table: first };
    const table = this.name();
    return table === null ? null : { database: first, table };
  }

  /** Whether a list, a join, or DELETE's second FROM or USING follows before SET or WHERE. */
  namesMore(): boolean {
    for (; this.#next; this.#advance()) {
      const { text, isWord } = this.#next;
      if (isWord ? MORE_TABLES.has(text) : text === ',' || text === '(') return true;
      if (isWord && (text === 'SET' || text === 'WHERE')) return false;
    }
    return false;
  }

  skipTo(word: string): boolean {
    for (let token = this.#advance(); token; token = this.#advance()) {
      if (token.isWord && token.text === word) return true;
    }
    return false;
  }

  /** The name in ALTER TABLE's `RENAME [TO | AS | =] name`; null where it renames a column, an index or nothing. */
  renameTarget(): TableName | null {
    let target: TableName | null = null;
    let depth = 0;
    let isStart = true;
    while (this.#next) {
      if (isStart && depth === 0 && this.accept('RENAME')) {
        if (this.accept('COLUMN', 'INDEX', 'KEY')) continue;
        this.accept('TO', 'AS', '=');
        target = this.table();
        isStart = false;
        continue;
      }
      const { text } = this.#advance() ?? { text: '' };
      depth += text === '(' ? 1 : text === ')' ? -1 : 0;
      isStart = text === ',';
    }
    return target;
  }

  #advance(): Token | undefined {
    const token = this.#next;
    const { value, done } = this.#tokens.next();
    this.#next = done ? undefined : value;
    return token;
  }
}
