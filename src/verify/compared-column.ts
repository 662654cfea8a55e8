import type { ColumnCodec, ValuePolicy } from '../column/codec.ts';
import type { RowLayout } from '../column/row.ts';
import type { ColumnType } from '../contract/table.ts';
import { type TargetTable, valueType } from '../postgres/target-catalogue.ts';

/** A column that both sides have. */
export interface ComparedColumn {
  /** Index into the columns of the table as the rules leave it. */
  readonly index: number;
  readonly name: string;
  readonly type: ColumnType;
  readonly codec: ColumnCodec;
  readonly targetName: string;
  /** By which its text is read, as `format_type` prints it. */
  readonly targetType: string;
  /** The target's column is of an enum or a domain. */
  readonly isOfOwnType: boolean;
  readonly policy: ValuePolicy;
}

export interface ColumnNames {
  /** The target's name of a column; null: left out. */
  readonly columnOf: (column: string) => string | null;
  readonly policyOf: (column: string) => ValuePolicy;
}

export interface PairedColumns {
  readonly compared: readonly ComparedColumn[];
  /** Source columns that the target should have and has not. */
  readonly absent: readonly string[];
}

/** `held`: the table as the rules leave it. */
export function pairColumns(held: RowLayout, target: TargetTable, { columnOf, policyOf }: ColumnNames): PairedColumns {
  const compared: ComparedColumn[] = [];
  const absent: string[] = [];
  held.table.columns.forEach(({ name, type }, index) => {
    const wanted = columnOf(name);
    const found = target.columns.find((column) => column.name === wanted);
    if (!found) {
      if (wanted !== null) absent.push(name);
      return;
    }
    const codec = held.codecs[index];
    if (!codec) throw new RangeError(`no codec for column ${name}`);
    compared.push({
      ...{ index, name, type, codec, policy: policyOf(name) },
      ...{ targetName: found.name, targetType: valueType(found), isOfOwnType: found.base !== undefined },
    });
  });
  return { compared, absent };
}
