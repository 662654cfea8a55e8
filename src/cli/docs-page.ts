import { COMMON_FLAGS, CONFIG_FLAG } from './common-flag.ts';
import { EXIT_MEANING } from './exit.ts';
import { usageOf } from './help.ts';
import type { Flag, Verb } from './verb.ts';

/** The generated part of `docs/operate/commands.md`; a test compares the page with it. */
export function commandsPage(verbs: readonly Verb[]): string {
  const overview = verbs.map(
    (verb) => `| \`${cell(usageOf(verb))}\` | ${cell(verb.summary)} | ${verb.exits.join(' ')} |`,
  );
  return [
    '| verb | does | exit |',
    '|---|---|---|',
    ...overview,
    '',
    '### Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(EXIT_MEANING).map(([exit, meaning]) => `| ${exit} | ${meaning} |`),
    '',
    '### Flags of every verb',
    '',
    ...flagTable([...COMMON_FLAGS, CONFIG_FLAG]),
    '',
    ...verbs.flatMap(verbSection),
  ].join('\n');
}

function verbSection(verb: Verb): readonly string[] {
  const { flags } = verb;
  const examples = verb.examples.map(([command, does]) => `${command}   # ${does}`);
  return [
    `### \`sluice ${usageOf(verb)}\``,
    '',
    verb.summary,
    '',
    ...(flags.length === 0 ? [] : [...flagTable(flags), '']),
    '```sh',
    ...examples,
    '```',
    '',
  ];
}

function flagTable(flags: readonly Flag[]): readonly string[] {
  const rows = flags.map(({ name, short, type, value, choices, help }) => {
    const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
    const given = type === 'switch' ? '' : ` ${choices?.join('|') ?? value ?? 'VALUE'}`;
    return `| \`${cell(names + given)}\` | ${cell(help)} |`;
  });
  return ['| flag | does |', '|---|---|', ...rows];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
