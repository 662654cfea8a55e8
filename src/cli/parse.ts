import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.ts';
import { flagOf } from '../config/option.ts';
import { OPTIONS } from '../config/option-table.ts';
import { durationMs } from '../config/unit.ts';
import { COMMON_FLAGS, CONFIG_FLAG } from './common-flag.ts';
import { usageError } from './usage-error.ts';
import type { Flag, FlagValue, Verb } from './verb.ts';

export interface Parsed {
  /** null: no verb was given, or a group's name alone. */
  readonly verb: Verb | null;
  /** First word of several verbs (`config`), given without the second; null otherwise. */
  readonly group: string | null;
  readonly operands: readonly string[];
  readonly flags: ReadonlyMap<string, FlagValue>;
  readonly overrides: Readonly<Record<string, string>>;
}

interface Given {
  readonly name: string;
  readonly written: string;
  readonly value: string | undefined;
  readonly isInline: boolean;
}

/** Options of the configuration as flags, by name without dashes. */
const CONFIG_OPTION_FLAGS: ReadonlySet<string> = new Set(
  OPTIONS.map(flagOf)
    .filter((flag) => flag !== null)
    .map((flag) => flag.slice(2)),
);

/** Reads a command line against the verb table. Fails with USAGE_... before anything is done. */
export function parseCommand(argv: readonly string[], verbs: readonly Verb[]): Parsed {
  const { given, words: written } = tokens(argv, verbs);
  const isHelp = written[0] === 'help';
  const words = isHelp ? written.slice(1) : written;
  const group = groupOf(words, verbs);
  const verb = group === null ? findVerb(words, verbs) : null;
  const operands = verb === null ? words : words.slice(verb.name.split(' ').length);
  const flags = new Map<string, FlagValue>(isHelp ? [['help', true]] : []);
  const overrides: Record<string, string> = {};
  const known = flagsOf(verb);
  for (const one of given) {
    const flag = known.get(one.name);
    if (flag !== undefined) flags.set(flag.name, added(flags.get(flag.name), readFlag(flag, one)));
    else if (verb?.takesConfig === true && CONFIG_OPTION_FLAGS.has(one.name)) overrides[`--${one.name}`] = textOf(one);
    else throw unknownFlag(one, verb, known);
  }
  if (verb !== null && !flags.has('help')) checkOperands(verb, operands);
  return { verb, group, operands, flags, overrides };
}

/** A flag given again adds to a list, and replaces anything else. */
function added(before: FlagValue | undefined, value: FlagValue): FlagValue {
  return Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
}

/** Flags and words apart. Which flags take a value is one answer for all verbs, so the verb need not come first. */
function tokens(
  argv: readonly string[],
  verbs: readonly Verb[],
): { given: readonly Given[]; words: readonly string[] } {
  const flags = [...COMMON_FLAGS, CONFIG_FLAG, ...verbs.flatMap((verb) => verb.flags)];
  const options: Record<string, { type: 'boolean' | 'string'; short?: string }> = { version: { type: 'boolean' } };
  for (const name of CONFIG_OPTION_FLAGS) options[name] = { type: 'string' };
  for (const { name, short, type } of flags) {
    options[name] = { type: type === 'switch' ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) };
  }
  const parsed = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const given: Given[] = [];
  const words: string[] = [];
  for (const token of parsed.tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    given.push({ name: token.name, written: token.rawName, value: token.value, isInline: token.inlineValue === true });
  }
  return { given, words };
}

function groupOf(words: readonly string[], verbs: readonly Verb[]): string | null {
  const [first = ''] = words;
  const isGroup = words.length === 1 && verbs.some(({ name }) => name.startsWith(`${first} `));
  return isGroup && !verbs.some(({ name }) => name === first) ? first : null;
}

function findVerb(words: readonly string[], verbs: readonly Verb[]): Verb | null {
  if (words.length === 0) return null;
  const matches = verbs.filter(({ name }) => name.split(' ').every((word, index) => words[index] === word));
  const longest = matches.sort((a, b) => b.name.length - a.name.length)[0];
  if (longest !== undefined) return longest;
  const group = verbs.filter(({ name }) => name.startsWith(`${words[0]} `)).map(({ name }) => name);
  const said = group.length > 0 ? words.slice(0, 2).join(' ') : (words[0] ?? '');
  const near = nearest(said, group.length > 0 ? group : verbs.flatMap(({ name }) => [name, name.split(' ')[0] ?? '']));
  const hint = group.length > 0 ? `one of: ${group.join(', ')}` : 'every verb: sluice --help';
  const meant = near === null ? '' : `, did you mean "${near}"?`;
  throw usageError('USAGE_UNKNOWN_VERB', `there is no verb "${said}"${meant}`, hint);
}

function flagsOf(verb: Verb | null): ReadonlyMap<string, Flag> {
  const own = verb === null ? [VERSION_FLAG] : [...verb.flags, ...(verb.takesConfig ? [CONFIG_FLAG] : [])];
  return new Map([...COMMON_FLAGS, ...own].map((flag) => [flag.name, flag]));
}

export const VERSION_FLAG: Flag = { name: 'version', type: 'switch', help: 'The version of sluice.' };

function readFlag(flag: Flag, given: Given): FlagValue {
  if (flag.type === 'switch') {
    if (given.value === undefined) return true;
    throw usageError('USAGE_FLAG_VALUE', `${given.written} takes no value`, `Write ${given.written} alone.`);
  }
  const text = textOf(given);
  const refuse = (expected: string) =>
    usageError(
      'USAGE_FLAG_VALUE',
      `${given.written}: expected ${expected}`,
      `For example: ${given.written} ${flag.value ?? flag.choices?.[0] ?? 'VALUE'}`,
    );
  if (flag.choices?.includes(text) === false) throw refuse(flag.choices.join(' or '));
  if (flag.type === 'texts') return [text];
  if (flag.type === 'integer') {
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw refuse('a whole number');
  }
  if (flag.type === 'duration') {
    const value = durationMs(text);
    if (value !== null) return value;
    throw refuse('a number with its unit, like 5s, 250ms or 10m');
  }
  return text;
}

function textOf({ value, written, isInline }: Given): string {
  if (value !== undefined && (isInline || !/^-./.test(value))) return value;
  throw usageError('USAGE_FLAG_VALUE', `${written} needs a value`, `Write ${written}=VALUE.`);
}

function unknownFlag(given: Given, verb: Verb | null, known: ReadonlyMap<string, Flag>): Error {
  const candidates = [...known.keys(), ...(verb?.takesConfig === true ? CONFIG_OPTION_FLAGS : [])];
  const near = nearest(given.name, candidates);
  const meant = near === null ? '' : `, did you mean --${near}?`;
  const where = verb === null ? 'sluice' : `sluice ${verb.name}`;
  return usageError('USAGE_UNKNOWN_FLAG', `${where} has no ${given.written}${meant}`, `See: ${where} --help`);
}

function checkOperands(verb: Verb, operands: readonly string[]): void {
  const { min, max, words } = verb.operands ?? { min: 0, max: 0, words: '' };
  if (operands.length >= min && operands.length <= max) return;
  const message = operands.length < min ? `expected ${words}` : `"${operands[max]}" is one word too many`;
  throw usageError('USAGE_OPERANDS', `sluice ${verb.name}: ${message}`, `See: sluice ${verb.name} --help`);
}
