import type { ColumnAct, OldRowValue } from '../contract/change.ts';
import { type Lexis, type Token, tokens } from './statement.ts';

/** First words of a part of ALTER TABLE that changes no column and no row. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['ENGINE', 'COMMENT', 'ALGORITHM', 'LOCK', 'AUTO_INCREMENT', 'ROW_FORMAT', 'KEY_BLOCK_SIZE', 'FORCE', 'ORDER'],
  ...['CHARACTER', 'CHARSET', 'COLLATE', 'DEFAULT', 'ENABLE', 'DISABLE', 'AVG_ROW_LENGTH', 'CHECKSUM', 'COMPRESSION'],
  ...['DELAY_KEY_WRITE', 'ENCRYPTION', 'INSERT_METHOD', 'MAX_ROWS', 'MIN_ROWS', 'PACK_KEYS', 'STATS_AUTO_RECALC'],
  ...['STATS_PERSISTENT', 'STATS_SAMPLE_PAGES', 'ANALYZE', 'CHECK', 'OPTIMIZE', 'REBUILD', 'WITH', 'WITHOUT', 'NOWAIT'],
  ...['TABLESPACE', 'PAGE_COMPRESSED', 'PAGE_CHECKSUM', 'TRANSACTIONAL', 'WAIT'],
  ...['PARTITION', 'REMOVE', 'REORGANIZE', 'COALESCE'],
]);

/** What ADD, DROP, RENAME and ALTER are followed by where they are about something else than a column. */
const INDEX_WORDS: ReadonlySet<string> = new Set([
  ...['INDEX', 'KEY', 'UNIQUE', 'FULLTEXT', 'SPATIAL', 'PRIMARY', 'FOREIGN', 'CONSTRAINT', 'CHECK'],
]);

/**
 * What an ALTER TABLE says of columns, or null where any part of it is not surely understood: it names what was done to
 * which column, which the shapes before and after cannot tell apart (a column renamed, or dropped beside a new one), and
 * the literal that old rows of a new column took over, which the catalogue may have forgotten by now.
 */
export function columnActs(sql: string, lexis: Lexis): readonly ColumnAct[] | null {
  const parts = partsOf(sql, lexis);
  if (parts === null) return null;
  const acts: ColumnAct[] = [];
  for (const part of parts) {
    const found = actsOf(new Part(part));
    if (found === null) return null;
    acts.push(...found);
  }
  return acts;
}

/** The parts of an ALTER TABLE between its commas; none for CREATE INDEX and DROP INDEX; null for any other statement. */
function partsOf(sql: string, lexis: Lexis): Token[][] | null {
  const all = new Part([...tokens(sql, lexis)]);
  const isIndex =
    all.isAny('CREATE', 'DROP') &&
    all
      .skip()
      .skipAny('ONLINE', 'OFFLINE')
      .isAny(...INDEX_WORDS);
  if (isIndex) return [];
  if (!all.skipAny('ALTER', 'ONLINE').accept('TABLE')) return null;
  if (all.accept('IF')) all.skip();
  all.skip();
  if (all.accept('.')) all.skip();
  if (all.accept('WAIT')) all.skip();
  all.accept('NOWAIT');
  return all.split();
}

function actsOf(part: Part): ColumnAct[] | null {
  if (part.isEnd) return [];
  if (part.accept('ADD')) return added(part);
  if (part.accept('DROP')) return dropped(part);
  if (part.accept('CHANGE')) return changed(part, true);
  if (part.accept('MODIFY')) return changed(part, false);
  if (part.accept('ALTER')) return altered(part);
  if (part.accept('RENAME')) return renamed(part);
  if (part.accept('CONVERT')) return part.isAny('TO') ? [] : null;
  return part.isAny(...HARMLESS) ? [] : null;
}

function added(part: Part): ColumnAct[] | null {
  const isColumn = part.accept('COLUMN');
  if (!isColumn && part.isAny(...INDEX_WORDS, 'PARTITION')) return [];
  if (!isColumn && part.isAny('PERIOD', 'SYSTEM', 'VECTOR')) return null;
  part.skipCondition();
  const definitions = part.accept('(') ? part.inside().split() : [part.rest()];
  const acts = definitions.map((definition) => {
    const own = new Part(definition);
    if (own.isAny(...INDEX_WORDS)) return null;
    const column = own.name();
    return column === null ? null : ({ act: 'add', column, value: oldRowValue(own) } as const);
  });
  return acts.includes(null) ? null : acts.filter((act) => act !== null);
}

function dropped(part: Part): ColumnAct[] | null {
  if (!part.accept('COLUMN')) {
    if (part.isAny(...INDEX_WORDS)) return [];
    if (part.isAny('PARTITION', 'PERIOD', 'SYSTEM')) return null;
  }
  part.skipCondition();
  const column = part.name();
  return column === null ? null : [{ act: 'drop', column }];
}

function changed(part: Part, hasNewName: boolean): ColumnAct[] | null {
  part.accept('COLUMN');
  part.skipCondition();
  const column = part.name();
  const to = hasNewName ? part.name() : column;
  return column === null || to === null ? null : [{ act: 'change', column, to, isDefined: true }];
}

function renamed(part: Part): ColumnAct[] | null {
  // Another name of the whole table: told by the change itself.
  if (!part.accept('COLUMN')) return [];
  part.skipCondition();
  const column = part.name();
  const to = part.accept('TO') ? part.name() : null;
  return column === null || to === null ? null : [{ act: 'change', column, to, isDefined: false }];
}

function altered(part: Part): ColumnAct[] | null {
  if (part.isAny('INDEX', 'KEY', 'CHECK', 'CONSTRAINT')) return [];
  part.accept('COLUMN');
  part.skipCondition();
  const column = part.name();
  return column === null ? null : [{ act: 'default', column }];
}

/** Words of a column's definition after which old rows hold what the server computed for each. */
const COMPUTED: ReadonlySet<string> = new Set([
  ...['AUTO_INCREMENT', 'SERIAL', 'GENERATED', 'AS', 'VIRTUAL', 'STORED', 'PERSISTENT', 'ROW', 'SYSTEM'],
]);

const UNKNOWN: OldRowValue = { kind: 'unknown' };

/** The value that a column's definition gives to rows that exist. */
function oldRowValue(definition: Part): OldRowValue {
  if (definition.mentions(COMPUTED)) return UNKNOWN;
  if (!definition.skipTo('DEFAULT')) return { kind: 'none' };
  const sign = definition.accept('-') ? '-' : '';
  const token = definition.next();
  if (token === undefined) return UNKNOWN;
  if (token.text === "'" && !token.isWord) {
    const isWhole = sign === '' && token.string !== null && definition.next()?.text !== "'";
    return isWhole ? { kind: 'string', text: token.string ?? '' } : UNKNOWN;
  }
  if (!token.isWord) return UNKNOWN;
  if (/^\d+$/.test(token.text)) return { kind: 'number', text: `${sign}${token.text}${definition.fraction()}` };
  if (sign !== '') return UNKNOWN;
  if (token.text === 'NULL') return { kind: 'null' };
  if (token.text === 'TRUE' || token.text === 'FALSE')
    return { kind: 'number', text: token.text === 'TRUE' ? '1' : '0' };
  return UNKNOWN;
}

/** A cursor over tokens. */
class Part {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  get isEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  skip(): this {
    this.#at++;
    return this;
  }

  /** True at one of these keywords. */
  isAny(...words: readonly string[]): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && (token.isWord || token.name === null) && words.includes(token.text);
  }

  accept(word: string): boolean {
    if (!this.isAny(word)) return false;
    this.#at++;
    return true;
  }

  skipAny(...words: readonly string[]): this {
    while (this.isAny(...words)) this.#at++;
    return this;
  }

  /** IF [NOT] EXISTS. */
  skipCondition(): void {
    if (this.accept('IF')) this.skipAny('NOT', 'EXISTS');
  }

  name(): string | null {
    return this.next()?.name ?? null;
  }

  /** `.5` of `1.5`; '' for a whole number. */
  fraction(): string {
    return this.accept('.') ? `.${this.next()?.text ?? ''}` : '';
  }

  rest(): readonly Token[] {
    return this.#tokens.slice(this.#at);
  }

  mentions(words: ReadonlySet<string>): boolean {
    return this.rest().some(({ isWord, text }) => isWord && words.has(text));
  }

  /** Past the word where it stands outside parentheses; false where it does not. */
  skipTo(word: string): boolean {
    for (let depth = 0; !this.isEnd; this.#at++) {
      if (depth === 0 && this.accept(word)) return true;
      depth += depthOf(this.#tokens[this.#at]);
    }
    return false;
  }

  /** What follows up to the parenthesis that closes. */
  inside(): Part {
    const found: Token[] = [];
    for (let depth = 1; !this.isEnd; ) {
      const token = this.next();
      depth += depthOf(token);
      if (depth === 0) break;
      if (token) found.push(token);
    }
    return new Part(found);
  }

  /** What follows, cut at the commas outside parentheses. */
  split(): Token[][] {
    const parts: Token[][] = [[]];
    let depth = 0;
    for (const token of this.rest()) {
      depth += depthOf(token);
      if (depth === 0 && token.text === ',' && token.name === null) parts.push([]);
      else parts.at(-1)?.push(token);
    }
    return parts;
  }
}

function depthOf(token: Token | undefined): number {
  if (token === undefined || token.isWord || token.name !== null) return 0;
  return token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
}
