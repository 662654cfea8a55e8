import { columnType, type ValueType } from '../sql/value-type.ts';
import type { DataType } from './data-type.ts';
import { type Range, sourceRange } from './type-limit.ts';

/** A type of the source as PL/pgSQL declares it. */
export interface PgType {
  /** Of a variable or a column: with its length, so that what does not fit is refused as the source refuses it. */
  readonly sql: string;
  /** Of a parameter or a result: wide, because PostgreSQL finds a function by the types of its arguments. */
  readonly wide: string;
  readonly value: ValueType;
  /** Least and greatest value where the target's type holds more: MySQL's strict mode refuses the others. */
  readonly range?: Range;
  /** What rounds a value first, since the target's type does not: FLOAT(7,2) has two digits. */
  readonly rounds?: string;
}

type Maker = (type: DataType) => readonly [sql: string, wide: string];

const fixed =
  (sql: string, wide = sql): Maker =>
  () => [sql, wide];

const sized =
  (name: string): Maker =>
  ({ sizes: [length] }) => [length === undefined ? 'text' : `${name}(${length})`, 'text'];

const integer =
  (signed: string, unsigned: string): Maker =>
  ({ isUnsigned }) => [
    isUnsigned ? unsigned : signed,
    isUnsigned && unsigned.startsWith('numeric') ? 'numeric' : 'bigint',
  ];

const decimal: Maker = ({ sizes: [precision = 10, scale = 0] }) => [`numeric(${precision},${scale})`, 'numeric'];

const moment =
  (name: string): Maker =>
  ({ sizes: [digits = 0] }) => [`${name}(${digits})`, name];

/** FLOAT(p) of more than 24 bits is a double. */
const float: Maker = ({ sizes: [bits = 0, digits] }) => [
  bits > 24 && digits === undefined ? 'double precision' : 'real',
  'double precision',
];

const bits: Maker = ({ sizes: [width = 1] }) =>
  width === 1 ? ['boolean', 'boolean'] : [`bit(${width})`, `bit(${width})`];

/** By the name that the source writes; what is not here has no type on the target. */
const MAKERS: Readonly<Record<string, Maker>> = {
  TINYINT: integer('smallint', 'smallint'),
  INT1: integer('smallint', 'smallint'),
  BOOL: integer('smallint', 'smallint'),
  BOOLEAN: integer('smallint', 'smallint'),
  SMALLINT: integer('smallint', 'integer'),
  INT2: integer('smallint', 'integer'),
  MEDIUMINT: integer('integer', 'integer'),
  INT3: integer('integer', 'integer'),
  MIDDLEINT: integer('integer', 'integer'),
  INT: integer('integer', 'bigint'),
  INT4: integer('integer', 'bigint'),
  INTEGER: integer('integer', 'bigint'),
  BIGINT: integer('bigint', 'numeric(20,0)'),
  INT8: integer('bigint', 'numeric(20,0)'),
  YEAR: fixed('smallint', 'bigint'),
  DECIMAL: decimal,
  DEC: decimal,
  NUMERIC: decimal,
  FIXED: decimal,
  FLOAT: float,
  FLOAT4: fixed('real', 'double precision'),
  DOUBLE: fixed('double precision'),
  'DOUBLE PRECISION': fixed('double precision'),
  FLOAT8: fixed('double precision'),
  REAL: fixed('double precision'),
  BIT: bits,
  DATE: fixed('date'),
  DATETIME: moment('timestamp'),
  TIMESTAMP: moment('timestamptz'),
  TIME: moment('interval'),
  CHAR: ({ sizes: [length = 1] }) => [`varchar(${length})`, 'text'],
  CHARACTER: ({ sizes: [length = 1] }) => [`varchar(${length})`, 'text'],
  NCHAR: ({ sizes: [length = 1] }) => [`varchar(${length})`, 'text'],
  VARCHAR: sized('varchar'),
  VARCHARACTER: sized('varchar'),
  NVARCHAR: sized('varchar'),
  'CHAR VARYING': sized('varchar'),
  'CHARACTER VARYING': sized('varchar'),
  TINYTEXT: fixed('text'),
  TEXT: fixed('text'),
  MEDIUMTEXT: fixed('text'),
  LONGTEXT: fixed('text'),
  ENUM: fixed('text'),
  SET: fixed('text'),
  BINARY: fixed('bytea'),
  VARBINARY: fixed('bytea'),
  TINYBLOB: fixed('bytea'),
  BLOB: fixed('bytea'),
  MEDIUMBLOB: fixed('bytea'),
  LONGBLOB: fixed('bytea'),
  JSON: fixed('jsonb'),
  UUID: fixed('uuid'),
  INET4: fixed('inet'),
  INET6: fixed('inet'),
};

/** The first words of names that `columnType` knows by another spelling. */
const NAMES: Readonly<Record<string, string>> = {
  INTEGER: 'int',
  INT1: 'tinyint',
  INT2: 'smallint',
  INT3: 'mediumint',
  MIDDLEINT: 'mediumint',
  INT4: 'int',
  INT8: 'bigint',
  DEC: 'decimal',
  FIXED: 'decimal',
  FLOAT4: 'float',
  FLOAT8: 'double',
  'DOUBLE PRECISION': 'double',
  CHARACTER: 'char',
  NCHAR: 'char',
  VARCHARACTER: 'varchar',
  NVARCHAR: 'varchar',
  'CHAR VARYING': 'varchar',
  'CHARACTER VARYING': 'varchar',
  SET: 'varchar',
};

/** undefined: the target has no such type (geometry, MariaDB's ROW). */
export function pgType(type: DataType): PgType | undefined {
  const made = MAKERS[type.name]?.(type);
  if (made === undefined) return undefined;
  const [sql, wide] = made;
  const range = sourceRange(type);
  const value = valueType(type);
  const isRounded = value.kind === 'float' && value.digits !== undefined;
  return {
    ...{ sql, wide, value },
    ...(range === undefined ? {} : { range }),
    ...(isRounded ? { rounds: `numeric(${type.sizes.join(',')})` } : {}),
  };
}

/** A bare DECIMAL is DECIMAL(10,0); the collation of a text without one is that of the routine. */
function valueType(type: DataType): ValueType {
  const name = NAMES[type.name] ?? type.name.toLowerCase();
  const sizes = type.sizes.length === 0 ? '' : `(${type.sizes.join(',')})`;
  const collation = type.collation ?? (type.charset === 'binary' ? 'utf8mb4_bin' : undefined);
  const value = columnType(`${name}${sizes}${type.isUnsigned ? ' unsigned' : ''}`, collation);
  if (value.kind !== 'text' || type.members.length === 0) return value;
  return { ...value, ...(type.name === 'SET' ? { flags: type.members } : { members: type.members }) };
}

/** What a value of a kind is to PostgreSQL where nothing declares it, as a placeholder or a variable of a session. */
export const SERVER_TYPES: Readonly<Record<string, string>> = {
  integer: 'bigint',
  boolean: 'bigint',
  decimal: 'numeric',
  float: 'double precision',
  date: 'date',
  datetime: 'timestamp',
};
