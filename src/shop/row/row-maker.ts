/** How a table's rows are made: row `index` is a pure function of the seed and the index, so any range can be made alone. */
import { dayText, HISTORY_DAYS } from '../calendar.ts';
import type { ShopModel } from '../model.ts';
import type { Random } from '../random.ts';

export type RowMaker = {
  /** The columns in the order of the values, as they stand in an INSERT. */
  readonly columns: string;
  /** The values of one row as SQL literals, in brackets. */
  readonly row: (index: number, random: Random, model: ShopModel) => string;
};

/** The odd value of a low row, one after another; after the last one `undefined`. */
export function oddAt<T>(odd: readonly T[], index: number): T | undefined {
  return index < odd.length ? odd[index] : undefined;
}

/** The day on which row `index` of `count` came about: rows grow with the years, with some noise. */
export function historyDay(index: number, count: number, random: Random): number {
  const day = Math.floor((index / count) * (HISTORY_DAYS - 40)) + random.below(40);
  return Math.min(day, HISTORY_DAYS - 1);
}

/** `2019-000001234`: the year of a day and a number. */
export function yearNumber(day: number, index: number): string {
  return `${dayText(day).slice(0, 4)}-${String(index + 1).padStart(9, '0')}`;
}
