import { type ColumnFacts, STRICT_POLICY } from '../column/codec.ts';
import { codecOf } from '../column/family.ts';
import type { Column, ColumnType } from '../contract/table.ts';
import { quoteIdent } from '../postgres/quote.ts';

/** COLUMN_TYPE by column, as the catalogue told it; absent where it was not asked. */
export type ColumnTypes = Readonly<Record<string, string>> | undefined;

/**
 * The type that loses nothing whatever the data will be: nobody has scanned a column that has just been added. `zone`: of
 * its datetimes, where the configuration names it.
 */
export function losslessType(column: Column, types: ColumnTypes, zone: string | undefined): string {
  const codec = codecOf(column.type);
  const target = codec.target({ ...factsOf(column, types), isZoned: zone !== undefined });
  if (codec.copy(target, STRICT_POLICY) === null) throw new Error(`${column.type.kind} does not go into ${target}`);
  return target;
}

/** The CHECK that keeps what the source's type keeps (members of enum and set); null for none. */
export function checkOf(column: Column, target: string, types: ColumnTypes): string | null {
  return codecOf(column.type).check(quoteIdent(target), factsOf(column, types));
}

function factsOf({ name, type }: Column, types: ColumnTypes): ColumnFacts {
  const columnType = types?.[name] ?? columnTypeText(type);
  return { columnType, isBoolean: false, fitsBigint: false, isTimeOfDay: false };
}

const INTEGERS: Readonly<Record<number, string>> = {
  1: 'tinyint',
  2: 'smallint',
  3: 'mediumint',
  4: 'int',
  8: 'bigint',
};

/** COLUMN_TYPE as far as the event tells it; lengths of text are left open. */
function columnTypeText(type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
      return `${INTEGERS[type.bytes]}${type.unsigned ? ' unsigned' : ''}`;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'bit':
      return `bit(${type.bits})`;
    case 'binary':
      return `binary(${type.bytes})`;
    case 'datetime':
    case 'timestamp':
    case 'time':
      return `${type.kind}(${type.fraction})`;
    default:
      return type.kind;
  }
}
