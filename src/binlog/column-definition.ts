import { columnTypeOf } from '../column/describe.ts';
import type { ColumnType } from '../contract/table.ts';
import { type ColumnShape, limitOf } from './column-shape.ts';
import type { Token } from './statement.ts';

/** A column as DDL declares it. */
export interface Definition {
  readonly shape: ColumnShape;
  /** false where the charset of a text is the table's, which the statement does not tell. */
  readonly hasCharset: boolean;
  /** Says NULL or NOT NULL itself. */
  readonly hasNullability: boolean;
  /** A DEFAULT other than NULL. */
  readonly hasDefault: boolean;
}

/** Synonyms, as COLUMN_TYPE prints them; of several words the last may come with arguments. */
const SYNONYMS: Readonly<Record<string, string>> = {
  BOOL: 'tinyint(1)',
  BOOLEAN: 'tinyint(1)',
  INT1: 'tinyint',
  INT2: 'smallint',
  INT3: 'mediumint',
  MIDDLEINT: 'mediumint',
  INT4: 'int',
  INT8: 'bigint',
  INTEGER: 'int',
  DEC: 'decimal',
  NUMERIC: 'decimal',
  FIXED: 'decimal',
  FLOAT4: 'float',
  FLOAT8: 'double',
  'DOUBLE PRECISION': 'double',
  CHARACTER: 'char',
  VARCHARACTER: 'varchar',
  'CHAR VARYING': 'varchar',
  'CHARACTER VARYING': 'varchar',
};

const DOUBLE_WORDS = new Set(['PRECISION', 'VARYING']);

/** What a column definition declares; null where its type is not known here, so that nothing can be proven of it. */
export function definitionOf(tokens: readonly Token[], oldCharset: string | null): Definition | null {
  const words = DOUBLE_WORDS.has(tokens[1]?.text ?? '') ? 2 : 1;
  const written = tokens.slice(0, words).map(({ text }) => text);
  const name = SYNONYMS[written.join(' ')] ?? written.join(' ').toLowerCase();
  const parameters = tokens[words]?.text === '(' ? groupAt(tokens, words) : [];
  // A member with an escape is not read here.
  if (parameters.some(({ text, isWord, string }) => text === "'" && !isWord && string === null)) return null;
  const attributes = attributesOf(tokens.slice(words + parameters.length));
  const charset = attributes.charset ?? oldCharset;
  const columnType = `${name}${parameters.map(print).join('')}${attributes.isUnsigned ? ' unsigned' : ''}`;
  const type = knownType(columnType, takesCharset(name) ? charset : null);
  if (type === null) return null;
  const { nullable, isGenerated, isAutoIncrement } = attributes;
  return {
    shape: { type, nullable: nullable ?? true, limit: limitOf(columnType, type), isGenerated, isAutoIncrement },
    hasCharset: attributes.charset !== null,
    hasNullability: nullable !== null,
    hasDefault: attributes.hasDefault,
  };
}

function takesCharset(name: string): boolean {
  return /char$|text$/.test(name);
}

function knownType(columnType: string, charset: string | null): ColumnType | null {
  try {
    return columnTypeOf(columnType, charset);
  } catch {
    return null;
  }
}

function groupAt(tokens: readonly Token[], start: number): readonly Token[] {
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    const { text = '' } = tokens[at] ?? {};
    depth += text === '(' ? 1 : text === ')' ? -1 : 0;
    if (depth === 0) return tokens.slice(start, at + 1);
  }
  return tokens.slice(start);
}

/** As the catalogue prints members: quotes doubled, and nothing else escaped. */
function print(token: Token): string {
  return token.string === null ? token.text : `'${token.string.replaceAll("'", "''")}'`;
}

interface Attributes {
  isUnsigned: boolean;
  charset: string | null;
  nullable: boolean | null;
  isGenerated: boolean;
  isAutoIncrement: boolean;
  hasDefault: boolean;
}

/** Words whose value must not be taken for an attribute: DEFAULT NULL is no NULL. */
const TAKES_VALUE = new Set(['DEFAULT', 'COMMENT', 'UPDATE', 'CHECK', 'REFERENCES', 'AFTER']);

function attributesOf(tokens: readonly Token[]): Attributes {
  const found: Attributes = {
    isUnsigned: false,
    charset: null,
    nullable: null,
    isGenerated: false,
    isAutoIncrement: false,
    hasDefault: false,
  };
  for (let at = 0; at < tokens.length; at++) {
    const { text, isWord } = tokens[at] ?? { text: '', isWord: false };
    if (text === '(') at += groupAt(tokens, at).length - 1;
    else if (!isWord) continue;
    else if (text === 'NOT' && tokens[at + 1]?.text === 'NULL') {
      found.nullable = false;
      at++;
    } else if (TAKES_VALUE.has(text)) {
      found.hasDefault ||= text === 'DEFAULT' && tokens[at + 1]?.text !== 'NULL';
      at += valueLength(tokens, at + 1);
    } else take(found, text, tokens.slice(at + 1, at + 3));
  }
  return found;
}

function valueLength(tokens: readonly Token[], at: number): number {
  return tokens[at]?.text === '(' ? groupAt(tokens, at).length : 1;
}

function take(found: Attributes, word: string, [next, afterNext]: readonly Token[]): void {
  const charset = (token: Token | undefined) => (token?.string ?? token?.name ?? '').toLowerCase();
  switch (word) {
    case 'UNSIGNED':
    case 'ZEROFILL':
      found.isUnsigned = true;
      break;
    case 'NULL':
      found.nullable = true;
      break;
    case 'PRIMARY':
      found.nullable = false;
      break;
    case 'AUTO_INCREMENT':
      found.isAutoIncrement = true;
      break;
    case 'AS':
    case 'GENERATED':
      found.isGenerated = true;
      break;
    case 'SET':
      found.charset = charset(next);
      break;
    case 'CHARSET':
      found.charset = charset(next);
      break;
    case 'COLLATE':
      found.charset ??= charset(next?.text === '=' ? afterNext : next).split('_')[0] ?? null;
      break;
    case 'ASCII':
      found.charset = 'latin1';
      break;
    case 'UNICODE':
      found.charset = 'ucs2';
      break;
    case 'BYTE':
      found.charset = 'binary';
      break;
  }
}
