import { COMMON_FLAGS, CONFIG_FLAG } from './common-flag.ts';
import { EXIT_MEANING } from './exit.ts';
import { VERSION_FLAG } from './parse.ts';
import type { Flag, Verb } from './verb.ts';

/** All verbs, one line each. */
export function overviewText(verbs: readonly Verb[], version: string): string {
  return [
    `sluice ${version}: moves a live MySQL or MariaDB database to PostgreSQL`,
    '',
    'sluice VERB [flags]',
    '',
    columns(verbs.map((verb) => [usageOf(verb), verb.summary])),
    '',
    'Flags of every verb:',
    columns([...COMMON_FLAGS, VERSION_FLAG].map((flag) => [flagText(flag), flag.help])),
    '',
    'Begin with: sluice init, then sluice check, then sluice run. Try it without servers: sluice demo.',
    'More about a verb, with examples: sluice help VERB, or sluice VERB --help',
  ].join('\n');
}

/** Verbs with the same first word, each with an example. */
export function groupText(group: string, verbs: readonly Verb[]): string {
  const members = verbs.filter(({ name }) => name.startsWith(`${group} `));
  const [only] = members;
  if (members.length === 1 && only !== undefined) return verbText(only);
  return [
    `sluice ${group} ${members.map(({ name }) => name.slice(group.length + 1)).join('|')} [flags]`,
    '',
    columns(members.map((verb) => [usageOf(verb), verb.summary])),
    '',
    'Examples:',
    columns(members.flatMap(({ examples }) => examples.slice(0, 1))),
    '',
    `More about one of them: sluice help ${members[0]?.name ?? group}`,
  ].join('\n');
}

/** One verb: what it does, its flags, examples, exit codes. */
export function verbText(verb: Verb): string {
  const flags = [...verb.flags, ...(verb.takesConfig ? [CONFIG_FLAG] : []), ...COMMON_FLAGS];
  const parts = [
    `sluice ${usageOf(verb)} [flags]`,
    '',
    verb.summary,
    '',
    'Examples:',
    columns(verb.examples.map(([command, does]) => [command, does])),
    '',
    'Flags:',
    columns(flags.map((flag) => [flagText(flag), flag.help])),
  ];
  if (verb.takesConfig) {
    parts.push('', 'Every option of the configuration is a flag as well: source.url is --source-url, and so on.');
  }
  parts.push('', 'Exit codes:', columns(verb.exits.map((exit) => [String(exit), EXIT_MEANING[exit]])));
  return parts.join('\n');
}

export function usageOf(verb: Verb): string {
  return verb.operands === undefined ? verb.name : `${verb.name} ${verb.operands.words}`;
}

function flagText({ name, short, type, value, choices }: Flag): string {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return type === 'switch' ? names : `${names} ${choices?.join('|') ?? value ?? 'VALUE'}`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n');
}
