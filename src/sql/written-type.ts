import { quoteLiteral } from './fragment.ts';
import type { TypeTree } from './temporary-table.ts';
import { columnType, type ValueType } from './value-type.ts';

/** A type that a program writes, on the target (docs/types.md). */
export interface WrittenType {
  readonly sql: string;
  readonly type: ValueType;
  /** A condition on the column of this name; undefined where the type itself says all. */
  readonly check: ((column: string) => string) | undefined;
}

const SAME: Readonly<Record<string, string>> = {
  TINYINT: 'smallint',
  BOOL: 'smallint',
  BOOLEAN: 'smallint',
  SMALLINT: 'smallint',
  MEDIUMINT: 'integer',
  YEAR: 'smallint',
  FLOAT: 'real',
  DOUBLE: 'double precision',
  'DOUBLE PRECISION': 'double precision',
  REAL: 'double precision',
  DATE: 'date',
  JSON: 'jsonb',
};
const TEXTS = new Set(['TINYTEXT', 'TEXT', 'MEDIUMTEXT', 'LONGTEXT']);
const BLOBS = new Set(['BINARY', 'VARBINARY', 'TINYBLOB', 'BLOB', 'MEDIUMBLOB', 'LONGBLOB']);
const NAMES: Readonly<Record<string, string>> = {
  INTEGER: 'INT',
  DEC: 'DECIMAL',
  NUMERIC: 'DECIMAL',
  FIXED: 'DECIMAL',
  CHARACTER: 'CHAR',
  'CHARACTER VARYING': 'VARCHAR',
  BOOL: 'TINYINT',
  BOOLEAN: 'TINYINT',
  'DOUBLE PRECISION': 'DOUBLE',
};

/** The type of the target; undefined for one that has none there. */
export function writtenType(tree: TypeTree): WrittenType | undefined {
  const sql = typeText(tree);
  if (sql === undefined) return undefined;
  const name = NAMES[tree.name] ?? tree.name;
  const sizes = tree.sizes.length === 0 ? (name === 'DECIMAL' ? '(10,0)' : '') : `(${tree.sizes.join(',')})`;
  const source = `${name.toLowerCase()}${sizes}${tree.isUnsigned ? ' unsigned' : ''}`;
  const type = columnType(source, tree.collation ?? 'utf8mb4_0900_ai_ci');
  return { sql, type, check: checkOf(tree) };
}

function typeText({ name, sizes, isUnsigned }: TypeTree): string | undefined {
  const [first, second] = sizes;
  const digits = `(${first ?? 0})`;
  switch (NAMES[name] ?? name) {
    case 'INT':
      return isUnsigned ? 'bigint' : 'integer';
    case 'SMALLINT':
      return isUnsigned ? 'integer' : 'smallint';
    case 'BIGINT':
      return isUnsigned ? 'numeric(20,0)' : 'bigint';
    case 'DECIMAL':
      return `numeric(${first ?? 10},${second ?? 0})`;
    case 'CHAR':
      return `varchar(${first ?? 1})`;
    case 'VARCHAR':
      return first === undefined ? 'text' : `varchar${digits}`;
    case 'DATETIME':
      return `timestamp${digits}`;
    case 'TIMESTAMP':
      return `timestamptz${digits}`;
    case 'TIME':
      return `interval${digits}`;
    case 'BIT':
      return (first ?? 1) === 1 ? 'boolean' : `bit${digits}`;
    case 'ENUM':
      return 'text';
    case 'SET':
      return 'text[]';
    default:
      if (TEXTS.has(name)) return 'text';
      return BLOBS.has(name) ? 'bytea' : SAME[name];
  }
}

function checkOf({ name, members }: TypeTree): WrittenType['check'] {
  const list = members.map(quoteLiteral).join(', ');
  if (name === 'ENUM') return (column) => `${column} IN (${list})`;
  return name === 'SET' ? (column) => `${column} <@ ARRAY[${list}]::text[]` : undefined;
}
