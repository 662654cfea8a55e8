import type { Token } from './statement.ts';

/** One clause of an ALTER TABLE: what it says of columns, and whether it may touch values of existing rows. */
export type Clause =
  /** Nothing but new columns, indexes, constraints, options: values of existing columns stay. */
  | { readonly kind: 'keeps' }
  /** Values of existing columns stay as well; which columns come or go is not surely said. */
  | { readonly kind: 'unsaid' }
  | { readonly kind: 'default'; readonly column: string }
  | { readonly kind: 'add'; readonly column: string; readonly definition: readonly Token[] }
  | { readonly kind: 'drop'; readonly column: string }
  /** MODIFY and CHANGE; `from` is the name before it. */
  | { readonly kind: 'define'; readonly from: string; readonly column: string; readonly definition: readonly Token[] }
  | { readonly kind: 'rename'; readonly from: string; readonly column: string }
  /** The table itself gets another name; `database` null: its own. */
  | { readonly kind: 'move'; readonly database: string | null; readonly table: string }
  | { readonly kind: 'primary-key' }
  | { readonly kind: 'convert'; readonly charset: string | null }
  /** What it did in words, `rewrites` of a SchemaChange. */
  | { readonly kind: 'rewrites'; readonly what: string };

const KEEPS: Clause = { kind: 'keeps' };
const UNSAID: Clause = { kind: 'unsaid' };

/** Nothing follows them but the rest of one clause, whose lists have commas of their own. */
const GREEDY = new Set(['ORDER', 'PARTITION', 'REORGANIZE', 'COALESCE', 'REBUILD', 'ANALYZE', 'OPTIMIZE', 'REPAIR']);

/** Storage engines that keep the rows that an ALTER brings them. */
const KEEPING_ENGINES = new Set(['INNODB', 'MYISAM', 'ARIA', 'ROCKSDB', 'MEMORY', 'HEAP']);

const OTHER_KEEPING = new Set(
  `ALGORITHM AUTOEXTEND_SIZE AUTO_INCREMENT AVG_ROW_LENGTH CHARACTER CHARSET CHECK CHECKSUM COLLATE COMMENT COMPRESSION
  DEFAULT DELAY_KEY_WRITE DISABLE ENABLE ENCRYPTED ENCRYPTION ENCRYPTION_KEY_ID ENGINE ENGINE_ATTRIBUTE FORCE KEY_BLOCK_SIZE
  LOCK MAX_ROWS MIN_ROWS NOWAIT PACK_KEYS PAGE_CHECKSUM PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL REMOVE RENAME ROW_FORMAT
  SECONDARY_ENGINE SECONDARY_ENGINE_ATTRIBUTE STATS_AUTO_RECALC STATS_PERSISTENT STATS_SAMPLE_PAGES TABLE_CHECKSUM TRANSACTIONAL WAIT
  WITH WITHOUT`.split(/\s+/),
);

const ADDED_PARTS = new Set(['INDEX', 'KEY', 'UNIQUE', 'FULLTEXT', 'SPATIAL', 'CHECK', 'FOREIGN', 'PARTITION']);
const DROPPED_PARTS = new Set(['INDEX', 'KEY', 'PRIMARY', 'FOREIGN', 'CONSTRAINT', 'CHECK']);
const ALTERED_PARTS = new Set(['INDEX', 'KEY', 'CHECK', 'CONSTRAINT']);

/** The clauses of an ALTER TABLE, from the tokens behind the table's name. */
export function clausesOf(tokens: readonly Token[]): readonly Clause[] {
  return split(tokens).flatMap(clause);
}

/** Lists at depth 0; a clause whose own list has commas takes the rest. */
function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const [first] = tokens;
  if (first?.isWord && GREEDY.has(first.text)) return [tokens];
  let depth = 0;
  for (const [i, { text, name }] of tokens.entries()) {
    if (name !== null) continue;
    depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    if (depth === 0 && text === ',') return [tokens.slice(0, i), ...split(tokens.slice(i + 1))];
  }
  return tokens.length > 0 ? [tokens] : [];
}

function clause(tokens: readonly Token[]): readonly Clause[] {
  const [first, ...rest] = tokens;
  if (!first?.isWord) return [unknown()];
  switch (first.text) {
    case 'ADD':
      return addition(rest);
    case 'DROP':
      return [removal(rest)];
    case 'MODIFY': {
      const [name, ...definition] = behindColumn(rest);
      return [name?.name == null ? unknown() : { kind: 'define', from: name.name, column: name.name, definition }];
    }
    case 'ALTER':
      return [defaulting(rest)];
    case 'CHANGE':
      return [change(behindColumn(rest))];
    case 'RENAME':
      return [renaming(rest)];
    case 'CONVERT':
      return [conversion(rest)];
    case 'TRUNCATE':
    case 'EXCHANGE':
    case 'DISCARD':
    case 'IMPORT':
      return [{ kind: 'rewrites', what: 'took rows away or put others in their place' }];
    default:
      return [option(first.text, tokens)];
  }
}

function unknown(): Clause {
  return { kind: 'rewrites', what: 'has a clause that may have changed values' };
}

/** Table options stand in one clause without commas as well: the engine may come last. */
function option(word: string, tokens: readonly Token[]): Clause {
  const engine = tokens.findIndex(({ text, isWord }) => isWord && (text === 'ENGINE' || text === 'TYPE'));
  const named = tokens.slice(engine + 1).find(({ text }) => text !== '=');
  const isKept = engine < 0 || KEEPING_ENGINES.has((named?.string ?? named?.name ?? '').toUpperCase());
  return isKept && (OTHER_KEEPING.has(word) || GREEDY.has(word)) ? KEEPS : unknown();
}

/** Past COLUMN and IF [NOT] EXISTS. */
function behindColumn(tokens: readonly Token[]): readonly Token[] {
  let at = 0;
  const accept = (text: string): boolean => {
    if (!tokens[at]?.isWord || tokens[at]?.text !== text) return false;
    at++;
    return true;
  };
  accept('COLUMN');
  if (accept('IF')) {
    accept('NOT');
    accept('EXISTS');
  }
  return tokens.slice(at);
}

function addition(tokens: readonly Token[]): readonly Clause[] {
  const [first, second] = tokens;
  if (first?.isWord) {
    if (first.text === 'PRIMARY') return [{ kind: 'primary-key' }];
    if (first.text === 'CONSTRAINT') return [tokens.some(isPrimary) ? { kind: 'primary-key' } : KEEPS];
    if (ADDED_PARTS.has(first.text)) return [KEEPS];
    if (first.text === 'SYSTEM' && second?.text === 'VERSIONING') return [UNSAID];
    if (first.text === 'PERIOD' && second?.text === 'FOR') return [UNSAID];
    if (first.text === 'VECTOR') return [UNSAID];
  }
  const columns = behindColumn(tokens);
  if (columns[0]?.text === '(' && columns[0].name === null) return split(columns.slice(1, -1)).flatMap(addition);
  const [name, ...definition] = columns;
  return [name?.name == null ? unknown() : { kind: 'add', column: name.name, definition }];
}

function isPrimary({ text, isWord }: Token): boolean {
  return isWord && text === 'PRIMARY';
}

function removal(tokens: readonly Token[]): Clause {
  const [first] = tokens;
  if (first?.isWord && DROPPED_PARTS.has(first.text)) return KEEPS;
  if (first?.isWord && (first.text === 'SYSTEM' || first.text === 'PERIOD')) return UNSAID;
  if (first?.isWord && first.text === 'PARTITION')
    return { kind: 'rewrites', what: 'dropped partitions with their rows' };
  const [name] = behindColumn(tokens);
  return name?.name == null ? unknown() : { kind: 'drop', column: name.name };
}

function defaulting(tokens: readonly Token[]): Clause {
  const [first] = tokens;
  if (first?.isWord && ALTERED_PARTS.has(first.text)) return KEEPS;
  const [column] = behindColumn(tokens);
  return column?.name == null ? UNSAID : { kind: 'default', column: column.name };
}

function change([from, to, ...definition]: readonly Token[]): Clause {
  if (from?.name == null || to?.name == null) return unknown();
  return { kind: 'define', from: from.name, column: to.name, definition };
}

function renaming(tokens: readonly Token[]): Clause {
  const [first] = tokens;
  if (first?.isWord && (first.text === 'INDEX' || first.text === 'KEY')) return KEEPS;
  if (first?.isWord && first.text === 'COLUMN') {
    const [from, , to] = behindColumn(tokens);
    return from?.name == null || to?.name == null ? unknown() : { kind: 'rename', from: from.name, column: to.name };
  }
  const isFiller = first?.text === '=' || (first?.isWord && (first.text === 'TO' || first.text === 'AS'));
  const [name, dot, table] = isFiller ? tokens.slice(1) : tokens;
  if (name?.name == null) return unknown();
  if (dot?.text !== '.' || table?.name == null) return { kind: 'move', database: null, table: name.name };
  return { kind: 'move', database: name.name, table: table.name };
}

function conversion(tokens: readonly Token[]): Clause {
  const [to, first, second, third] = tokens;
  if (to?.text !== 'TO') return { kind: 'rewrites', what: 'made a table of a partition, or a partition of a table' };
  const named = first?.text === 'CHARACTER' ? third : second;
  const charset = named?.string ?? named?.name ?? null;
  return { kind: 'convert', charset: charset?.toUpperCase() === 'DEFAULT' ? null : (charset?.toLowerCase() ?? null) };
}
