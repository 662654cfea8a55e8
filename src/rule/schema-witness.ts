import type { ColumnAct, SchemaChange } from '../contract/change.ts';
import { HASH_COLUMN_TYPE } from './masker.ts';
import type { TableRules } from './row-rule.ts';

/** What a DDL says of columns, behind the rules: nothing of those left out, no value of those masked. */
export function ruledWitness(
  { acts, columnTypes, after }: SchemaChange,
  rules: TableRules,
): Pick<SchemaChange, 'acts' | 'columnTypes'> {
  const isNullable = (name: string) =>
    after?.columns.some((column) => column.name === name && column.nullable) ?? false;
  const stays = (column: string) => !rules.exclude.includes(column);
  const types = Object.entries(columnTypes ?? {})
    .filter(([column]) => stays(column))
    .map(([column, type]) => [column, rules.mask.get(column)?.kind === 'hash' ? HASH_COLUMN_TYPE : type]);
  return {
    ...(acts === undefined
      ? {}
      : { acts: acts.filter(({ column }) => stays(column)).map((act) => ruledAct(act, rules, isNullable)) }),
    ...(columnTypes === undefined ? {} : { columnTypes: Object.fromEntries(types) }),
  };
}

/** What old rows hold in a new column is masked in new rows, so it is not told as it is. */
function ruledAct(act: ColumnAct, rules: TableRules, isNullable: (column: string) => boolean): ColumnAct {
  if (act.act !== 'add' || act.value.kind === 'null') return act;
  if (act.value.kind === 'none' && isNullable(act.column)) return act;
  return rules.mask.has(act.column) ? { ...act, value: { kind: 'unknown' } } : act;
}
