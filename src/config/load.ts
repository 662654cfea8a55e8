import { resolve } from 'node:path';
import { buildConfig } from './build.ts';
import { findClashes, folderOf } from './combination.ts';
import type { Config } from './config.ts';
import { type Entry, identityOf, pathOf, type RawEntry } from './entry.ts';
import { scanFile } from './file.ts';
import type { Option } from './option.ts';
import { OPTIONS } from './option-table.ts';
import { fromEnvironment, fromFlags, misspelt } from './override.ts';
import type { Problem } from './problem.ts';
import type { ReferenceSource } from './reference.ts';
import { defaultsExcept, resolveEntry } from './resolve.ts';
import { Settings } from './setting.ts';

export interface ConfigInput extends ReferenceSource {
  /** Path of the file, for messages and relative paths. */
  readonly file: string;
  readonly text: string;
  /** `--source-url` to its text. */
  readonly flags: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig {
  /** null when there is a problem: nothing may be touched then (exit 2). */
  readonly config: Config | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** What is in force, for `config show`. */
  readonly entries: readonly Entry[];
}

/** File, then environment, then flags; every problem of all three in one pass (INV-72). Never throws. */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const scanned = scanFile(input.text);
  const raw = lastWins([...scanned.entries, ...fromEnvironment(input.environment), ...fromFlags(input.flags)]);
  const given = new Set(raw.map((entry) => entry.option));
  const entries: Entry[] = [];
  const problems: Problem[] = [...scanned.problems];
  for (const entry of [...raw, ...defaultsExcept(given)]) {
    const resolved = resolveEntry(entry, input);
    if ('value' in resolved) entries.push(resolved);
    else problems.push(...resolved);
  }
  const isReadable = !scanned.problems.some((problem) => problem.code === 'CONFIG_SYNTAX');
  const settings = new Settings(entries);
  if (isReadable) problems.push(...missing(given), ...findClashes(settings));
  const warnings = [...misspelt(input.environment), ...entries.flatMap(withoutEffect)];
  const folder = resolve(folderOf(input.file));
  const config = problems.length === 0 ? buildConfig(settings, folder) : null;
  return { config, problems: inFileOrder(problems), warnings, entries };
}

function lastWins(raw: readonly RawEntry[]): readonly RawEntry[] {
  return [...new Map(raw.map((entry) => [identityOf(entry), entry])).values()];
}

function missing(given: ReadonlySet<Option>): readonly Problem[] {
  return OPTIONS.filter((option) => option.isRequired === true && !given.has(option)).map((option) => ({
    code: 'CONFIG_MISSING',
    path: option.path,
    message: `is required, like ${option.path.split('.').at(-1)}: ${option.example ?? ''}`.trimEnd(),
    place: { in: 'default' },
  }));
}

function withoutEffect(entry: Entry): readonly Problem[] {
  const { later } = entry.option;
  if (later === undefined || entry.place.in === 'default') return [];
  const message = `is accepted but has no effect in this version; it is for ${later}`;
  return [{ code: 'CONFIG_NO_EFFECT', path: pathOf(entry), message, place: entry.place }];
}

function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  const rank = ({ place }: Problem): number => (place.in === 'file' ? place.line * 10_000 + place.column : Infinity);
  return [...problems].sort((a, b) => Math.sign(rank(a) - rank(b)) || 0);
}
