import type { RowDifference } from '../contract/verify.ts';
import type { UnequalRow } from './compare-lines.ts';
import { shownName, type VerifiedTable } from './verified-table.ts';

/** Stands for every value of a column that a rule masks. */
export const MASKED = '***';

/** Why a row differs, where it is known: by the key's canonical texts. */
export type CauseOf = (key: readonly string[]) => string | null;

/** What is told of unequal rows, a difference a column; never a value of a column that a rule masks. */
export function differencesOf(
  table: VerifiedTable,
  rows: readonly UnequalRow[],
  causeOf: CauseOf,
): readonly RowDifference[] {
  return rows.flatMap((row): RowDifference[] => {
    const { source, target } = row;
    const cause = causeOf(row.key);
    const common = { table: shownName(table.scope), key: shownKey(table, row), ...(cause === null ? {} : { cause }) };
    if (source === null || target === null) {
      const kind = source === null ? 'extra' : 'missing';
      return [{ ...common, column: null, kind, source: null, target: null }];
    }
    return table.compared.flatMap(({ name }, i): RowDifference[] => {
      const [from, to] = [source[i] ?? null, target[i] ?? null];
      if (from === to) return [];
      const shown = isMasked(table, name) ? { source: MASKED, target: MASKED } : { source: from, target: to };
      return [{ ...common, column: name, kind: 'different', ...shown }];
    });
  });
}

export function shownKey(table: VerifiedTable, { key, source, target }: UnequalRow): RowDifference['key'] {
  const { key: keyed, compared } = table;
  if (keyed !== null) {
    return Object.fromEntries(keyed.places.map((place, i) => [compared[place]?.name ?? '', key[i] ?? null]));
  }
  const cells = source ?? target ?? [];
  return Object.fromEntries(
    compared.map(({ name }, i) => [name, isMasked(table, name) ? MASKED : (cells[i] ?? null)] as const),
  );
}

export function isMasked({ scope }: VerifiedTable, column: string): boolean {
  return scope.rules?.mask.has(column) ?? false;
}
