import type { RowDifference } from '../contract/verify.ts';
import type { UnequalRow } from './compare-lines.ts';
import { shownName, type TableScope, type VerifiedTable } from './verified-table.ts';

/** Stands for every value of a column that a rule masks. */
export const MASKED = '***';

/** Why a row differs, where it is known: by the key's canonical texts, and the column of the source where one differs. */
export type CauseOf = (key: readonly string[], column: string | null) => string | null;

/** What is told of unequal rows, a difference a column; never a value of a column that a rule masks. */
export function differencesOf(
  table: VerifiedTable,
  rows: readonly UnequalRow[],
  causeOf: CauseOf,
): readonly RowDifference[] {
  return rows.flatMap((row): RowDifference[] => {
    const { source, target } = row;
    const common = { table: shownName(table.scope), key: shownKey(table, row) };
    const withCause = (column: string | null) => {
      const cause = causeOf(row.key, column);
      return cause === null ? {} : { cause };
    };
    if (source === null || target === null) {
      const kind = source === null ? 'extra' : 'missing';
      return [{ ...common, column: null, kind, source: null, target: null, ...withCause(null) }];
    }
    return table.compared.flatMap(({ name }, i): RowDifference[] => {
      const [from, to] = [source[i] ?? null, target[i] ?? null];
      if (from === to) return [];
      const shown = isMasked(table, name) ? { source: MASKED, target: MASKED } : shownPair(from, to);
      return [{ ...common, column: name, kind: 'different', ...shown, ...withCause(name) }];
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
    compared.map(({ name }, i) => [name, isMasked(table, name) ? MASKED : cutAt(cells[i] ?? null, 0)] as const),
  );
}

/** Of a longer value only the part is told in which it differs; the whole is on the servers. */
const MOST_CHARACTERS = 4_000;
const CHARACTERS_BEFORE = 40;

function shownPair(source: string | null, target: string | null) {
  if ((source?.length ?? 0) <= MOST_CHARACTERS && (target?.length ?? 0) <= MOST_CHARACTERS) return { source, target };
  let same = 0;
  while (source !== null && target !== null && same < source.length && source[same] === target[same]) same++;
  const at = Math.max(0, same - CHARACTERS_BEFORE);
  return { source: cutAt(source, at), target: cutAt(target, at) };
}

/** As a string of its own, which does not keep the whole one in memory. */
function cutAt(text: string | null, at: number): string | null {
  if (text === null || text.length <= MOST_CHARACTERS) return text;
  const part = Buffer.from(text.slice(at, at + MOST_CHARACTERS)).toString();
  return `${at > 0 ? '…' : ''}${part}… (${text.length} characters)`;
}

export function isMasked({ scope }: VerifiedTable, column: string): boolean {
  return scope.rules?.mask.has(column) ?? false;
}

/** `column` null: the whole table is missing on the target. */
export function structural(scope: TableScope, column: string | null): RowDifference {
  return { table: shownName(scope), key: {}, column, kind: 'missing', source: null, target: null };
}
