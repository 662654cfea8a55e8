import { targetType, textLimit } from '../../column/target-type.ts';
import type { ColumnType } from '../../contract/table.ts';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import { quoteIdent } from '../../postgres/quote.ts';
import type { PushedColumn } from '../pushdown/hash-plan.ts';

/** Aggregates over one column in SQL of one side, each a text that both sides print alike; null: not measured. */
export interface Measure {
  readonly nonNull: string;
  readonly least: string | null;
  readonly greatest: string | null;
  readonly total: string | null;
}

export interface Measures {
  readonly source: Measure;
  readonly target: Measure;
}

export interface MeasuredColumn extends PushedColumn {
  readonly type: ColumnType;
}

/**
 * Numbers by least, greatest and sum; dates, times, bits, UUIDs and addresses by least and greatest; text by its lengths
 * in characters, binary strings by theirs in bytes; of all else the values that are not NULL are counted.
 */
export function measuresOf(column: MeasuredColumn): Measures {
  switch (column.type.kind) {
    case 'float':
    case 'double':
      return doubles(column) ?? counted(column);
    case 'text':
    case 'enum':
    case 'set':
      return lengths(column) ?? counted(column);
    case 'binary':
    case 'blob':
      return column.targetType === 'bytea' ? bytes(column) : (ordered(column) ?? counted(column));
    case 'integer':
    case 'decimal':
    case 'year':
      return numbers(column) ?? counted(column);
    default:
      return (column.targetType.startsWith('interval') ? numbers(column) : ordered(column)) ?? counted(column);
  }
}

const sourceOf = ({ name }: MeasuredColumn) => quoteIdentifier(name);
const targetOf = ({ targetName }: MeasuredColumn) => quoteIdent(targetName);

const sourceCount = (value: string) => `CAST(COUNT(${value}) AS CHAR)`;
const targetCount = (value: string) => `count(${value})::text`;

function counted(column: MeasuredColumn): Measures {
  const rest = { least: null, greatest: null, total: null };
  return {
    source: { nonNull: sourceCount(sourceOf(column)), ...rest },
    target: { nonNull: targetCount(targetOf(column)), ...rest },
  };
}

function numbers(column: MeasuredColumn): Measures | null {
  const text = column.codec.serverText(column.targetType, column.policy);
  if (text === null) return null;
  const scale = column.type.kind === 'decimal' ? column.type.scale : 0;
  const [source, target] = [text.source(sourceOf(column)), text.target(targetOf(column))];
  const number = `CAST(${source} AS DECIMAL(65,${scale}))`;
  const plain = (sum: string) => `CAST(${sum} AS CHAR)`;
  const trimmed = (sum: string) => `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(${sum} AS CHAR)))`;
  return {
    source: all(sourceCount(source), number, scale === 0 ? plain : trimmed),
    target: all(targetCount(target), `(${target})::numeric`, (sum) => `trim_scale(${sum})::text`),
  };
}

function all(nonNull: string, value: string, print: (sum: string) => string): Measure {
  const [least, greatest, total] = ['MIN', 'MAX', 'SUM'].map((name) => print(`${name}(${value})`));
  return { nonNull, least: least ?? null, greatest: greatest ?? null, total: total ?? null };
}

/** Texts that sort by their bytes as their values do. */
function ordered(column: MeasuredColumn): Measures | null {
  const text = column.codec.serverText(column.targetType, column.policy);
  if (text === null) return null;
  const [source, target] = [text.source(sourceOf(column)), text.target(targetOf(column))];
  const here = (name: string) => `CAST(${name}(CAST(${source} AS BINARY)) AS CHAR)`;
  const there = (name: string) => `${name}((${target}) COLLATE "C")`;
  return {
    source: { nonNull: sourceCount(source), least: here('MIN'), greatest: here('MAX'), total: null },
    target: { nonNull: targetCount(target), least: there('min'), greatest: there('max'), total: null },
  };
}

/** The sum of doubles depends on the order in which they come, and so does which of 0 and -0 is the least: + 0 is 0. */
function doubles(column: MeasuredColumn): Measures | null {
  const text = column.codec.serverText(column.targetType, column.policy);
  if (text === null) return null;
  const here = (name: string) => text.source(`(${name}(${sourceOf(column)}) + 0e0)`);
  const there = (name: string) => text.target(`(${name}(${targetOf(column)}) + 0)`);
  return {
    source: { nonNull: sourceCount(sourceOf(column)), least: here('MIN'), greatest: here('MAX'), total: null },
    target: { nonNull: targetCount(targetOf(column)), least: there('min'), greatest: there('max'), total: null },
  };
}

function lengths(column: MeasuredColumn): Measures | null {
  const { targetType: type, policy } = column;
  const isArray = type.endsWith('[]');
  if (!isArray && textLimit(targetType(type)) === null) return null;
  const nul = policy.nul === 'strip' ? (text: string) => `REPLACE(${text}, CHAR(0 USING utf8mb4), '')` : asItIs;
  const spaces = type.startsWith('character(') ? (text: string) => `TRIM(TRAILING ' ' FROM ${text})` : asItIs;
  const text = spaces(nul(sourceOf(column)));
  const there = isArray ? `array_to_string(${targetOf(column)}, ',', 'NULL')` : `${targetOf(column)}::text`;
  return {
    source: all(sourceCount(sourceOf(column)), `CHAR_LENGTH(${text})`, (sum) => `CAST(${sum} AS CHAR)`),
    target: all(targetCount(targetOf(column)), `char_length(${there})`, (sum) => `${sum}::text`),
  };
}

const asItIs = (text: string) => text;

function bytes(column: MeasuredColumn): Measures {
  return {
    source: all(sourceCount(sourceOf(column)), `LENGTH(${sourceOf(column)})`, (sum) => `CAST(${sum} AS CHAR)`),
    target: all(targetCount(targetOf(column)), `octet_length(${targetOf(column)})`, (sum) => `${sum}::text`),
  };
}
