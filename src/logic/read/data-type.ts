import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { DataType } from '../data-type.ts';

const NAMES = new Set(
  `BIT BOOL BOOLEAN TINYINT SMALLINT MEDIUMINT INT INTEGER BIGINT INT1 INT2 INT3 INT4 INT8 MIDDLEINT DECIMAL DEC NUMERIC
   FIXED FLOAT FLOAT4 FLOAT8 DOUBLE REAL DATE TIME DATETIME TIMESTAMP YEAR CHAR CHARACTER NCHAR VARCHAR VARCHARACTER
   NVARCHAR BINARY VARBINARY TINYBLOB BLOB MEDIUMBLOB LONGBLOB TINYTEXT TEXT MEDIUMTEXT LONGTEXT ENUM SET JSON SERIAL
   GEOMETRY POINT LINESTRING POLYGON MULTIPOINT MULTILINESTRING MULTIPOLYGON GEOMETRYCOLLECTION GEOMCOLLECTION LONG
   NATIONAL VECTOR UUID INET4 INET6 VARCHAR2 NUMBER RAW CLOB ROW TYPE SIGNED`.split(/\s+/),
);
const MARIADB_ONLY = new Set(['UUID', 'INET4', 'INET6', 'VARCHAR2', 'NUMBER', 'RAW', 'CLOB', 'ROW', 'TYPE']);
const SECOND: ReadonlyMap<string, readonly string[]> = new Map([
  ['DOUBLE', ['PRECISION']],
  ['CHAR', ['VARYING', 'BYTE']],
  ['CHARACTER', ['VARYING']],
  ['NCHAR', ['VARCHAR', 'VARCHARACTER', 'VARYING']],
  ['LONG', ['VARCHAR', 'VARCHARACTER', 'VARBINARY']],
]);
const NEEDS_SIZE = new Set(['VARCHAR', 'VARCHARACTER', 'VARBINARY', 'NVARCHAR', 'CHAR VARYING', 'CHARACTER VARYING']);

/** Reads the type of a column, a parameter or a variable. Throws SyntaxFailure. */
export function readDataType(cursor: TokenCursor): DataType {
  const { start, upper } = cursor.peek();
  const isMariadb = cursor.dialect.flavor === 'mariadb';
  if (!NAMES.has(upper) || (MARIADB_ONLY.has(upper) && !isMariadb)) throw cursor.failure('a type is expected');
  if (upper === 'TYPE' || upper === 'ROW') return readAnchored(cursor, start);
  const name = readTypeName(cursor);
  const isList = name === 'ENUM' || name === 'SET';
  const members = isList ? cursor.inParentheses(() => cursor.list(() => readMember(cursor))) : [];
  const sizes =
    !isList && cursor.isOperator('(') ? cursor.inParentheses(() => cursor.list(() => readSize(cursor))) : [];
  if (NEEDS_SIZE.has(name) && sizes.length === 0) throw cursor.failure('a length is expected');
  const attributes = readAttributes(cursor);
  return { name, sizes, members, ...attributes, anchor: [], fields: [], ...cursor.since(start) };
}

function readTypeName(cursor: TokenCursor): string {
  const first = cursor.next().upper;
  if (first === 'NATIONAL') {
    const word = cursor.takeOneOf(['CHAR', 'CHARACTER', 'VARCHAR', 'VARCHARACTER']);
    if (word === undefined) throw cursor.failure('CHAR is expected');
    return cursor.takeWords('VARYING') || word.startsWith('VAR') ? 'NVARCHAR' : 'NCHAR';
  }
  const second = cursor.takeOneOf(SECOND.get(first) ?? []);
  return second === undefined ? first : `${first} ${second}`;
}

function readMember(cursor: TokenCursor): string {
  const token = cursor.peek();
  if (token.kind !== 'string' && token.kind !== 'hex') throw cursor.failure('a string is expected');
  return cursor.next().value;
}

function readSize(cursor: TokenCursor): number {
  if (cursor.peek().kind !== 'integer') throw cursor.failure('a length is expected');
  return Number(cursor.next().value);
}

function readAttributes(cursor: TokenCursor): Pick<DataType, 'isUnsigned' | 'charset' | 'collation'> {
  let isUnsigned = false;
  let charset: string | undefined;
  let collation: string | undefined;
  for (;;) {
    const word = cursor.takeOneOf(['UNSIGNED', 'SIGNED', 'ZEROFILL', 'ASCII', 'UNICODE', 'BINARY', 'BYTE', 'COLLATE']);
    if (word === 'UNSIGNED' || word === 'ZEROFILL') isUnsigned = true;
    else if (word === 'COLLATE') collation = readWord(cursor);
    else if (word === undefined && takeCharset(cursor)) charset = readWord(cursor);
    else if (word === undefined) return { isUnsigned, charset, collation };
    else if (word !== 'SIGNED') charset = word.toLowerCase();
  }
}

function takeCharset(cursor: TokenCursor): boolean {
  return cursor.takeWords('CHARACTER', 'SET') || cursor.takeWords('CHARSET') || cursor.takeWords('CHAR', 'SET');
}

/** The name of a character set or a collation: a word or a string. */
function readWord(cursor: TokenCursor): string {
  const { kind } = cursor.peek();
  if (kind !== 'word' && kind !== 'string' && kind !== 'quoted') throw cursor.failure('a name is expected');
  return cursor.next().value.toLowerCase();
}

/** `TYPE OF t.c`, `ROW TYPE OF t`, `ROW (a INT, ...)`. */
function readAnchored(cursor: TokenCursor, start: number): DataType {
  const isRow = cursor.takeWords('ROW');
  const rest = { sizes: [], members: [], isUnsigned: false, charset: undefined, collation: undefined };
  if (isRow && cursor.isOperator('(')) {
    const fields = cursor.inParentheses(() =>
      cursor.list(() => ({ name: cursor.name(), type: cursor.deeper(() => readDataType(cursor)) })),
    );
    return { name: 'ROW', ...rest, anchor: [], fields, ...cursor.since(start) };
  }
  cursor.expectWord('TYPE');
  cursor.expectWord('OF');
  return {
    name: isRow ? 'ROW TYPE OF' : 'TYPE OF',
    ...rest,
    anchor: cursor.path(),
    fields: [],
    ...cursor.since(start),
  };
}
