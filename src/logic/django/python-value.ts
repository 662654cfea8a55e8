import type { DataType } from '../data-type.ts';
import { pythonString, pythonType } from './python-type.ts';

/** A literal of both servers as Python writes a value of the type; what the type has not is None. */
export function pythonValue(literal: string, type: DataType | undefined): string {
  if (literal === 'NULL' || type === undefined) return 'None';
  const text = literal.slice(1, -1).replaceAll("''", "'");
  const hint = pythonType(type)?.hint;
  if (hint === 'int') return /^-?\d+$/.test(text) ? text : 'None';
  if (hint === 'Decimal') return `Decimal(${/^-?\d+$/.test(text) ? text : pythonString(text)})`;
  if (hint === 'float') return String(Number(text)).includes('.') ? String(Number(text)) : `${Number(text)}.0`;
  if (hint === 'datetime.date') return `datetime.date.fromisoformat(${pythonString(text.slice(0, 10))})`;
  if (hint === 'datetime.datetime') return `datetime.datetime.fromisoformat(${pythonString(text)})`;
  if (hint === 'datetime.timedelta') {
    const sign = text.startsWith('-') ? -1 : 1;
    const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map((part) => Math.abs(Number(part)) * sign);
    return `datetime.timedelta(hours=${hours}, minutes=${minutes}, seconds=${seconds})`;
  }
  return pythonString(text);
}
