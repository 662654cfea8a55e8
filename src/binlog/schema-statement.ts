import { type Clause, clausesOf } from './alteration.ts';
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
  /** What an ALTER did, or a statement that put another table under the name. */
  readonly clauses?: readonly Clause[];
}

const REPLACED: Clause = { kind: 'rewrites', what: 'put another table with other rows under the name' };
const DEDUPLICATED: Clause = { kind: 'rewrites', what: 'may have dropped rows with duplicate keys or changed values' };

const MORE_TABLES: ReadonlySet<string> = new Set(['FROM', 'USING', 'JOIN', 'STRAIGHT_JOIN']);

const NONE: StatementEffect = { kind: 'none' };

/** Of several tables, or of tables that a function or trigger writes to: none is told. */
const UNTOLD: StatementEffect = { kind: 'rows', table: null };

/** Statements that are logged and change no row of a table. */
const HARMLESS: ReadonlySet<string> = new Set(
  `BEGIN BINLOG CACHE CHECK CHECKSUM COMMIT FLUSH GRANT INSTALL LOCK OPTIMIZE PURGE RELEASE REPAIR RESET RESTART REVOKE ROLLBACK
  SAVEPOINT SET SHUTDOWN START STOP UNINSTALL UNLOCK USE XA`.split(/\s+/),
);

/** Classifies one statement, as run with `database` as default. What is not known to be harmless changes rows (INV-14). */
export function effectOf(sql: string, database: string, lexis: Lexis): StatementEffect {
  return effect(new Reader(tokens(sql, lexis), database));
}

function effect(reader: Reader): StatementEffect {
  if (reader.isAtEnd) return NONE;
  const word = reader.word() ?? '';
  switch (word) {
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
    case 'LOAD':
      return reader.accept('INDEX') ? NONE : UNTOLD;
    // MariaDB: SET STATEMENT variable = value, ... FOR statement; and ANALYZE [FORMAT = JSON] runs what follows it.
    case 'SET':
      return reader.accept('STATEMENT') && reader.skipTo('FOR') ? effect(reader) : NONE;
    case 'ANALYZE':
      return reader.isAt('TABLE', 'LOCAL', 'NO_WRITE_TO_BINLOG') ? NONE : UNTOLD;
    default:
      return HARMLESS.has(word) ? NONE : UNTOLD;
  }
}

function rowsOf(reader: Reader, words: readonly string[]): StatementEffect {
  while (reader.accept(...words));
  return { kind: 'rows', table: reader.table() };
}

/** Of several tables, any may be the changed one. */
function oneTable(effect: StatementEffect, reader: Reader): StatementEffect {
  return reader.namesMore() ? UNTOLD : effect;
}

function truncation(reader: Reader): StatementEffect {
  const table = reader.table();
  return table ? { kind: 'truncate', table } : NONE;
}

function creation(reader: Reader): StatementEffect {
  const isReplaced = reader.accept('OR') && reader.accept('REPLACE');
  const word = reader.word();
  if (word === 'TABLE') {
    reader.skipCondition();
    return tablesOf('create', [reader.table()], isReplaced ? [REPLACED] : undefined);
  }
  return isIndexWord(word) ? indexed(reader) : NONE;
}

function alteration(reader: Reader): StatementEffect {
  const isIgnoring = reader.acceptAll('ONLINE', 'OFFLINE', 'IGNORE').includes('IGNORE');
  if (!reader.accept('TABLE')) return NONE;
  reader.skipCondition();
  const table = reader.table();
  if (reader.accept('EXCHANGE')) {
    reader.skipTo('TABLE');
    return tablesOf('alter', [table, reader.table()], [REPLACED]);
  }
  // MariaDB's limit of waiting for the lock stands before the first clause, without a comma.
  if (reader.accept('WAIT')) reader.word();
  else reader.accept('NOWAIT');
  const clauses = [...(isIgnoring ? [DEDUPLICATED] : []), ...clausesOf(reader.rest())];
  const move = clauses.find((clause) => clause.kind === 'move');
  if (!table || !move) return tablesOf('alter', [table], clauses);
  const to = { database: move.database ?? reader.database, table: move.table };
  const effects = moved([[table, to]]);
  return { kind: 'tables', tables: effects.map((effect) => (effect.was ? { ...effect, clauses } : effect)) };
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

function tablesOf(
  act: TableEffect['act'],
  tables: readonly (TableName | null)[],
  clauses?: readonly Clause[],
): StatementEffect {
  const more = clauses === undefined ? {} : { clauses };
  return { kind: 'tables', tables: tables.flatMap((table) => (table ? [{ ...table, act, ...more }] : [])) };
}

class Reader {
  readonly database: string;
  readonly #tokens: Iterator<Token>;
  #next: Token | undefined;

  constructor(tokens: Iterator<Token>, database: string) {
    this.#tokens = tokens;
    this.database = database;
    this.#advance();
  }

  /** The keyword at the cursor, which moves past it. */
  word(): string | null {
    const token = this.#advance();
    return token?.isWord ? token.text : null;
  }

  get isAtEnd(): boolean {
    return this.#next === undefined;
  }

  isAt(...texts: readonly string[]): boolean {
    const token = this.#next;
    return token !== undefined && texts.includes(token.text) && (token.isWord || token.name === null);
  }

  accept(...texts: readonly string[]): boolean {
    if (!this.isAt(...texts)) return false;
    this.#advance();
    return true;
  }

  acceptAll(...texts: readonly string[]): readonly string[] {
    const taken: string[] = [];
    for (let text = this.#next?.text ?? ''; this.accept(...texts); text = this.#next?.text ?? '') taken.push(text);
    return taken;
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
    if (!this.accept('.')) return { database: this.database, table: first };
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

  rest(): readonly Token[] {
    const rest: Token[] = [];
    for (let token = this.#advance(); token; token = this.#advance()) rest.push(token);
    return rest;
  }

  #advance(): Token | undefined {
    const token = this.#next;
    const { value, done } = this.#tokens.next();
    this.#next = done ? undefined : value;
    return token;
  }
}
