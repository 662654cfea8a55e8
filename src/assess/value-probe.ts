import { holdsNul, isNoDate } from '../convert/refused-value.ts';
import { type Question, questionOf, violation } from '../convert/scan.ts';
import type { CatalogueColumn } from '../mysql/catalogue-table.ts';
import { inRow, type Probe, type RuleName, type Subject } from './probe.ts';

const RULE_OF: Readonly<Record<Question, RuleName>> = {
  isBoolean: 'not-boolean',
  fitsBigint: 'beyond-bigint',
  isTimeOfDay: 'not-time-of-day',
};

/** Dates that applications write for "never", "unknown" and "for ever". */
export const SENTINEL_DATES = ['0001-01-01', '1000-01-01', '1900-01-01', '1970-01-01', '2038-01-19', '9999-12-31'];

/** What the type of each column promises and its values may break. */
export function valueProbes({ columns }: Pick<Subject, 'columns'>): readonly Probe[] {
  return columns.flatMap((column) => {
    const conditions = conditionsOf(column);
    return conditions.map(([rule, condition]): Probe => ({ rule, columns: [column.name], condition }));
  });
}

function conditionsOf(column: CatalogueColumn): readonly (readonly [RuleName, string])[] {
  const name = inRow(column);
  const question = questionOf(column.columnType);
  if (question !== null) return [[RULE_OF[question], violation(name, question)]];
  switch (column.type.kind) {
    case 'date':
    case 'datetime':
    case 'timestamp':
      return [
        ['zero-date', isNoDate(name)],
        ['sentinel-date', `DATE(${name}) IN (${SENTINEL_DATES.map((date) => `'${date}'`).join(', ')})`],
      ];
    case 'enum':
      return [['empty-enum', `${name} + 0 = 0`]];
    case 'text':
      return [['nul', holdsNul(name)]];
    default:
      return [];
  }
}
