import { ValueError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import type { QueryDecoder, ValuePolicy } from './codec.ts';
import { copyString, fromText, stringLiteral } from './homeward.ts';
import { type TargetType, textLimit } from './target-type.ts';
import { localOf, type PrintedStamp } from './zone.ts';

/** How the log writes a date (`fraction` null) or a date with a clock. */
export interface StampForm {
  readonly fraction: number | null;
  readonly suffix: '' | 'Z';
}

const PRINTED = /^(\d{4,5})-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d)(?:\.(\d+))?)?(\+00)?( BC)?$/;
const MIDNIGHT = '00:00:00';

/** Decoder of what date, timestamp and timestamptz print. What no calendar of the source has stays as it is. */
export function homewardStamp(form: StampForm, target: TargetType, policy: ValuePolicy): QueryDecoder {
  if (textLimit(target) !== null) return copyString;
  return fromText((text, out) => out.string(stampText(text, form, policy)));
}

function stampText(text: string, form: StampForm, { zeroDate, zone = 'UTC' }: ValuePolicy): string {
  if (text === '-infinity' && zeroDate === text) return joined(form, ZERO_DATE, MIDNIGHT, '');
  const [, year, month, day, clock = MIDNIGHT, digits = '', isInstant, era] = PRINTED.exec(text) ?? [];
  if (year === undefined) return text;
  const printed = { year: era ? 1 - Number(year) : Number(year), month: Number(month), day: Number(day), clock };
  const shown = isInstant !== undefined && zone !== 'UTC' ? localOf(zone, printed) : printed;
  if (shown.year < 1 || shown.year > LAST_YEAR) return text;
  return joined(form, dateText(shown), shown.clock, digits);
}

const LAST_YEAR = 9999;

function dateText({ year, month, day }: PrintedStamp): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

const ZERO_DATE = '0000-00-00';

/** The zero date as the log has it; null for a type without one. */
export function zeroDate(type: ColumnType): string | null {
  switch (type.kind) {
    case 'date':
      return ZERO_DATE;
    case 'datetime':
      return joined({ fraction: type.fraction, suffix: '' }, ZERO_DATE, MIDNIGHT, '');
    case 'timestamp':
      return joined({ fraction: type.fraction, suffix: 'Z' }, ZERO_DATE, MIDNIGHT, '');
    default:
      return null;
  }
}

function joined({ fraction, suffix }: StampForm, date: string, clock: string, digits: string): string {
  const isMidnight = clock === MIDNIGHT && !/[1-9]/.test(digits);
  if (fraction === null) return isMidnight ? date : `${date} ${clock}`;
  return `${date}T${clock}${fractionText(digits, fraction)}${suffix}`;
}

/** `.` and as many digits as the column has, or more where they are not zero. */
export function fractionText(digits: string, fraction: number): string {
  const beyond = digits.slice(fraction).replace(/0+$/, '');
  const kept = `${digits.slice(0, fraction).padEnd(fraction, '0')}${beyond}`;
  return kept === '' ? '' : `.${kept}`;
}

const LOGGED = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.(\d+))?Z?)?$/;

/** The source would round a fraction and drop a clock without an error. */
export function stampLiteral(text: string, fraction: number | null): string {
  const [, date, clock, digits = ''] = LOGGED.exec(text) ?? [];
  if (date === undefined || (clock === undefined) !== (fraction === null))
    throw new ValueError('out-of-range', 'the source has no such date');
  if (/[1-9]/.test(digits.slice(fraction ?? 0)))
    throw new ValueError('cut-fraction', 'the source keeps fewer digits of the second');
  return stringLiteral(clock === undefined ? date : `${date} ${clock}${digits === '' ? '' : `.${digits}`}`);
}
