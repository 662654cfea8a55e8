import { describeUrl } from './database-url.ts';
import { type Entry, pathOf, type RawEntry } from './entry.ts';
import type { Option } from './option.ts';
import { OPTIONS } from './option-table.ts';
import type { Problem } from './problem.ts';
import { hasReference, type ReferenceSource, resolveReferences } from './reference.ts';
import { Secret } from './secret.ts';
import { type OptionValue, parseValue } from './value.ts';

/** Resolves references and checks the type of one option. */
export function resolveEntry(raw: RawEntry, source: ReferenceSource): Entry | readonly Problem[] {
  const { option, names, place } = raw;
  const failures: string[] = [];
  const settle = (item: unknown): unknown => {
    if (raw.isText || typeof item !== 'string' || !hasReference(item)) return item;
    const resolved = resolveReferences(item, source);
    failures.push(...resolved.failures);
    return resolved.text;
  };
  const isReference = !raw.isText && typeof raw.input === 'string' && hasReference(raw.input);
  const input = Array.isArray(raw.input) ? raw.input.map(settle) : settle(raw.input);
  const path = pathOf(raw);
  if (failures.length > 0) return failures.map((message) => ({ code: 'CONFIG_UNSET', path, message, place }));
  const parsed = parseValue(option.type, input, raw.isText || isReference);
  if (!parsed.isValid) return [{ code: parsed.code, path, message: parsed.message, place }];
  return { option, names, value: parsed.value, shown: show(raw, parsed.value), place };
}

/** Every option that has a default and was not given. */
export function defaultsExcept(given: ReadonlySet<Option>): readonly RawEntry[] {
  return OPTIONS.filter((option) => option.default !== undefined && !given.has(option)).map((option) => ({
    option,
    names: [],
    input: option.default,
    isText: false,
    place: { in: 'default' },
  }));
}

function show(raw: RawEntry, value: OptionValue): Entry['shown'] {
  if (value instanceof Secret) {
    const isShownAsWritten = raw.option.type.kind === 'command' && !raw.isText;
    return isShownAsWritten ? String(raw.input) : value.toString();
  }
  if (typeof value === 'object' && 'scheme' in value) return describeUrl(value);
  if (typeof value === 'object') return value;
  if (typeof value === 'boolean' || raw.option.type.kind === 'integer') return value;
  // A duration or size as written, a text from a secret's file as its reference.
  const isAsWritten = typeof raw.input === 'string' && !/\$\{(?!file:)/.test(raw.input);
  return isAsWritten ? String(raw.input) : String(value);
}
