import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { describeProblem } from '../config/problem.ts';
import { type ShownOption, secretsOf, showEntries } from '../config/show.ts';
import { SluiceError } from '../contract/error.ts';
import { InvalidConfig } from './invalid-config.ts';
import type { Call } from './verb.ts';

export interface FoundConfig extends LoadedConfig {
  /** As messages name it. */
  readonly file: string;
  readonly path: string;
  /** Empty where there is none. */
  readonly text: string;
}

/** Reads the configuration of a call, whatever is wrong with it; from here on its secrets are never printed. */
export function findConfig(call: Call): FoundConfig {
  const { io, flags, output } = call;
  const asked = flags.get('config') ?? io.environment['SLUICE_CONFIG'];
  const path = resolve(io.folder, String(asked ?? 'sluice.yaml'));
  const text = readText(path, asked !== undefined || !hasOverride(call));
  const file = nameOf(path, io.folder);
  const loaded = loadText(call, path, text);
  output.scrubber.add(secretsOf(loaded.entries), publicWords(loaded));
  return { ...loaded, file, path, text };
}

/** What the call's configuration would be with another text in its file; null where that would have problems. */
export function wouldLoad(call: Call, text: string): Config | null {
  return loadText(call, findConfig(call).path, text).config;
}

function loadText({ io, overrides }: Call, path: string, text: string): LoadedConfig {
  return loadConfig({
    file: path,
    text,
    environment: io.environment,
    flags: overrides,
    readFile: (name) => readFileSync(resolve(path, '..', name), 'utf8'),
  });
}

/** The configuration of a call; its warnings are said, its problems end the verb (exit 2). */
export function requireConfig(call: Call): Config {
  const { config, problems, warnings, file } = findConfig(call);
  for (const warning of warnings) call.output.warn(describeProblem(warning, file));
  if (config === null) throw new InvalidConfig(problems, file);
  return config;
}

/** The options in force, secrets masked, with where each came from. */
export function shownConfig(call: Call): readonly ShownOption[] {
  const { entries, file } = findConfig(call);
  return showEntries(entries, file);
}

function hasOverride({ io, overrides }: Call): boolean {
  return Object.keys(overrides).length > 0 || io.environment['SLUICE_PIPELINE'] !== undefined;
}

function readText(path: string, isRequired: boolean): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'ENOENT' && !isRequired) return '';
    throw new SluiceError({
      code: 'CONFIG_FILE',
      message: `${path} cannot be read (${code})`,
      remedy: 'Make a first one with: sluice init, or name another with --config FILE',
      disposition: 'stop',
      cause,
    });
  }
}

function nameOf(path: string, folder: string): string {
  const near = relative(folder, path);
  return near.startsWith('..') || isAbsolute(near) ? path : near;
}

/** Words that stand openly in every output; a password equal to one of them is not hidden by hiding the word. */
function publicWords({ entries }: LoadedConfig): readonly string[] {
  return entries.flatMap(({ value }) => {
    if (typeof value === 'string') return [value];
    if (typeof value !== 'object' || Array.isArray(value) || !('user' in value)) return [];
    return [value.user, value.host, value.database];
  });
}
