import { CAST_WORDS, castType } from '../column/cast-type.ts';
import { MASK_WORDS, parseMask } from '../rule/mask.ts';
import { type DatabaseUrl, parseDatabaseUrl } from './database-url.ts';
import type { OptionType } from './option.ts';
import type { ProblemCode } from './problem.ts';
import { Secret } from './secret.ts';
import { durationMs, sizeBytes } from './unit.ts';

export type OptionValue = string | number | boolean | readonly string[] | Secret | DatabaseUrl;

export type Parsed =
  | { readonly isValid: true; readonly value: OptionValue }
  | { readonly isValid: false; readonly code: ProblemCode; readonly message: string };

/** `isText`: the input is text from a variable, a flag or a reference, so `4` and `true` are read out of it. */
export function parseValue(type: OptionType, input: unknown, isText: boolean): Parsed {
  switch (type.kind) {
    case 'boolean':
      return parseBoolean(isText ? readBoolean(input) : input);
    case 'integer':
      return parseInteger(type, isText && /^\d+$/.test(String(input)) ? Number(input) : input);
    case 'list':
      return parseList(type, isText ? splitList(String(input)) : input);
    case 'mask':
      return parseMasking(input === null ? 'null' : input);
    case 'zeroDate':
      return parseZeroDate(input === null ? 'null' : input);
    case 'duration':
    case 'size':
      // A bare number lacks its unit: quotes would not cure it.
      return typeof input === 'number' ? parseText(type, String(input)) : parseWord(type, input);
    default:
      return parseWord(type, input);
  }
}

function parseWord(type: TextType, input: unknown): Parsed {
  return typeof input === 'string' ? parseText(type, input) : wrong(`expected text${hint(input)}`);
}

type TextType = Exclude<OptionType, { kind: 'boolean' | 'integer' | 'list' | 'zeroDate' | 'mask' }>;

function parseText(type: TextType, text: string): Parsed {
  if (text === '') return outside('must not be empty');
  switch (type.kind) {
    case 'choice':
      return type.of.includes(text) ? right(text) : outside(`expected ${orList(type.of)}`);
    case 'text':
      if (type.pattern?.test(text) === false) return outside(`expected ${type.words ?? String(type.pattern)}`);
      return right(text);
    case 'path':
      return right(text);
    case 'cast': {
      const type = castType(text);
      return type === null ? outside(`expected ${CAST_WORDS}`) : right(type);
    }
    case 'secret':
    case 'command':
      return right(new Secret(text));
    case 'address':
      if (type.orOff && text === 'off') return right(text);
      return isAddress(text) ? right(text) : outside(`expected HOST:PORT${type.orOff ? ' or off' : ''}`);
    case 'duration':
      return parseMeasure(durationMs, type, text, '"5s", "250ms", "10m", "6h"');
    case 'size':
      return parseMeasure(sizeBytes, type, text, '"64KiB", "256MiB", "1GiB"');
    case 'url': {
      const url = parseDatabaseUrl(text, type.schemes, type.account);
      return typeof url === 'string' ? outside(url) : right(url);
    }
  }
}

function parseMeasure(
  read: (text: string) => number | null,
  bounds: { readonly min: string; readonly max: string },
  text: string,
  examples: string,
): Parsed {
  const value = read(text);
  if (value === null) return wrong(`expected a number with its unit: ${examples}`);
  const isInside = value >= (read(bounds.min) ?? 0) && value <= (read(bounds.max) ?? 0);
  return isInside ? right(value) : outside(`expected ${bounds.min} to ${bounds.max}`);
}

function parseInteger(type: { readonly min: number; readonly max: number }, input: unknown): Parsed {
  if (typeof input !== 'number' || !Number.isInteger(input)) return wrong(`expected a whole number${hint(input)}`);
  return input >= type.min && input <= type.max ? right(input) : outside(`expected ${type.min} to ${type.max}`);
}

function parseBoolean(input: unknown): Parsed {
  return typeof input === 'boolean' ? right(input) : wrong('expected true or false');
}

function readBoolean(input: unknown): unknown {
  return input === 'true' ? true : input === 'false' ? false : input;
}

function parseList(type: { readonly of: 'text' | 'glob' | 'address'; readonly min: number }, input: unknown): Parsed {
  if (!Array.isArray(input)) return wrong('expected a list: [a, b]');
  if (!input.every((item): item is string => typeof item === 'string' && item !== '')) {
    return wrong('expected a list of texts; a number or true in it needs quotes');
  }
  if (input.length < type.min) return outside('the list must not be empty');
  const repeated = input.find((item, index) => input.indexOf(item) !== index);
  if (repeated !== undefined) return outside(`"${repeated}" stands in the list twice`);
  const odd = type.of === 'address' ? input.find((item) => !isAddress(item)) : undefined;
  return odd === undefined ? right(input) : outside(`expected HOST:PORT, not "${odd}"`);
}

function splitList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}

function parseZeroDate(input: unknown): Parsed {
  if (typeof input !== 'string') return wrong('expected refuse, null, "-infinity" or a date');
  if (['refuse', 'null', '-infinity'].includes(input)) return right(input);
  return isDate(input) ? right(input) : outside('expected refuse, null, "-infinity" or a date like 1970-01-01');
}

function parseMasking(input: unknown): Parsed {
  if (typeof input !== 'string') return wrong(`expected ${MASK_WORDS}`);
  return parseMask(input) === null ? outside(`expected ${MASK_WORDS}`) : right(input);
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) && !text.startsWith('0000');
}

function isAddress(text: string): boolean {
  const port = /^(?:\[[0-9a-fA-F:]+\]|[^:\s/@]+):(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) <= 65535;
}

function hint(input: unknown): string {
  if (Array.isArray(input)) return ', found a list';
  if (input !== null && typeof input === 'object') return ', found a section';
  if (input === null || input === undefined) return ', found nothing';
  return typeof input === 'string' ? ', found text' : `, found ${typeof input}: put it in quotes`;
}

function orList(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}

const right = (value: OptionValue): Parsed => ({ isValid: true, value });
const wrong = (message: string): Parsed => ({ isValid: false, code: 'CONFIG_TYPE', message });
const outside = (message: string): Parsed => ({ isValid: false, code: 'CONFIG_VALUE', message });
