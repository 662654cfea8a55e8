import { readQueryAt } from '../../sql/parse.ts';
import type { Query, TableName } from '../../sql/query.ts';
import type { Span } from '../../sql/span.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { BodyStatement } from '../body.ts';
import type { ColumnDefinition, KeyDefinition, TableDefinition } from '../table-definition.ts';
import { readColumn, readKey } from './column.ts';

/** Reads CREATE [OR REPLACE] [TEMPORARY] TABLE in its three forms. Throws SyntaxFailure. */
export function readTableDefinition(cursor: TokenCursor): BodyStatement {
  const { start } = cursor.next();
  const isReplace = cursor.takeWords('OR', 'REPLACE');
  const isTemporary = cursor.takeWords('TEMPORARY');
  cursor.expectWord('TABLE');
  const isIfNotExists = cursor.takeWords('IF', 'NOT', 'EXISTS');
  const head = { name: tableName(cursor), isTemporary, isIfNotExists, isReplace };
  const tail = readLike(cursor) ?? readContent(cursor);
  const span = cursor.since(start);
  return { tag: 'create-table', definition: { ...head, ...tail, ...span }, ...span };
}

type Tail = Pick<TableDefinition, 'columns' | 'keys' | 'options' | 'like' | 'query'>;

function tableName(cursor: TokenCursor): TableName {
  const { start } = cursor.peek();
  return { parts: cursor.path(), ...cursor.since(start) };
}

function readLike(cursor: TokenCursor): Tail | undefined {
  const isInParentheses = cursor.isOperator('(') && cursor.isWord('LIKE', 1);
  if (!cursor.isWord('LIKE') && !isInParentheses) return undefined;
  if (isInParentheses) cursor.next();
  cursor.expectWord('LIKE');
  const like = tableName(cursor);
  if (isInParentheses) cursor.expectOperator(')');
  return { columns: [], keys: [], options: undefined, like, query: undefined };
}

function readContent(cursor: TokenCursor): Tail {
  const columns: ColumnDefinition[] = [];
  const keys: KeyDefinition[] = [];
  if (
    cursor.isOperator('(') &&
    !cursor.isWord('SELECT', 1) &&
    !cursor.isWord('WITH', 1) &&
    !cursor.isOperator('(', 1)
  ) {
    cursor.inParentheses(() =>
      cursor.list(() => {
        const key = readKey(cursor);
        if (key === undefined) columns.push(readColumn(cursor));
        else keys.push(key);
      }),
    );
  }
  const options = readOptions(cursor);
  cursor.takeOneOf(['REPLACE', 'IGNORE']);
  const query = readTableQuery(cursor);
  if (columns.length === 0 && query === undefined) throw cursor.failure('columns or a query are expected');
  return { columns, keys, options, like: undefined, query };
}

function readTableQuery(cursor: TokenCursor): Query | undefined {
  const hasAs = cursor.takeWords('AS');
  const { upper } = cursor.peek();
  const isQuery = cursor.isOperator('(') || ['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(upper);
  return hasAs || isQuery ? readQueryAt(cursor) : undefined;
}

/** Words that an option may begin with. */
const OPTION = new Set(
  `ENGINE TYPE CHARSET CHARACTER DEFAULT COLLATE COMMENT AUTO_INCREMENT ROW_FORMAT MAX_ROWS MIN_ROWS AVG_ROW_LENGTH
   CHECKSUM PACK_KEYS KEY_BLOCK_SIZE STATS_PERSISTENT STATS_AUTO_RECALC STATS_SAMPLE_PAGES DELAY_KEY_WRITE
   TABLESPACE ENCRYPTION COMPRESSION PAGE_COMPRESSED TRANSACTIONAL UNION INSERT_METHOD DATA INDEX`.split(/\s+/),
);

/** `NAME [=] value` pairs; their text is kept. */
function readOptions(cursor: TokenCursor): Span | undefined {
  const { start } = cursor.peek();
  const from = cursor.index;
  while (OPTION.has(cursor.peek().upper)) {
    readOptionName(cursor);
    cursor.takeOperator('=');
    if (cursor.isOperator('(')) cursor.inParentheses(() => cursor.list(() => tableName(cursor)));
    else readOptionValue(cursor);
    cursor.takeOperator(',');
  }
  return cursor.index === from ? undefined : cursor.since(start);
}

function readOptionName(cursor: TokenCursor): void {
  cursor.takeWords('DEFAULT');
  const { upper } = cursor.next();
  if (upper === 'CHARACTER') cursor.expectWord('SET');
  if (upper === 'DATA' || upper === 'INDEX') cursor.expectWord('DIRECTORY');
}

function readOptionValue(cursor: TokenCursor): void {
  const { kind } = cursor.peek();
  if (kind === 'end' || kind === 'operator') throw cursor.failure('a value is expected');
  cursor.next();
}
