import { configSchema } from '../config/json-schema.ts';
import { describeProblem } from '../config/problem.ts';
import { showEntries } from '../config/show.ts';
import { EXIT } from './exit.ts';
import { formatTable } from './format.ts';
import { InvalidConfig, listProblem } from './invalid-config.ts';
import { findConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import type { Call, Verb } from './verb.ts';

const shared = { flags: [], takesConfig: true, exits: [EXIT.done, EXIT.usage] } as const;

export const CONFIG_VERBS: readonly Verb[] = [
  {
    ...shared,
    name: 'config validate',
    kind: 'ConfigValidation',
    summary: 'Checks the configuration, all of it in one pass; touches nothing.',
    examples: [
      ['sluice config validate', 'the file in this folder'],
      ['sluice config validate --config /etc/sluice/shop.yaml --json', 'for a script'],
    ],
    run: async (call) => validate(call),
  },
  {
    ...shared,
    name: 'config show',
    kind: 'Config',
    summary: 'Prints every value in force and where it came from, secrets masked.',
    examples: [
      ['sluice config show', 'file, environment and defaults together'],
      ['sluice config show --snapshot-parallel 8', 'with a flag on top'],
    ],
    run: async (call) => show(call),
  },
  {
    ...shared,
    name: 'config schema',
    kind: 'ConfigSchema',
    takesConfig: false,
    summary: 'Prints the JSON Schema of sluice.yaml, for editors.',
    examples: [['sluice config schema > sluice.schema.json', 'a file to point an editor at']],
    run: async () => schema(),
  },
];

function validate(call: Call): Outcome {
  const { config, problems, warnings, file } = findConfig(call);
  const listed = warnings.map((warning) => listProblem(warning, file));
  for (const warning of warnings) call.output.warn(describeProblem(warning, file));
  if (config === null) {
    const { code, message, remedy, listed: found } = new InvalidConfig(problems, file);
    const data = { file, problems: found, warnings: listed };
    return { kind: 'ConfigValidation', exit: EXIT.usage, data, text: '', error: { code, message, remedy } };
  }
  return {
    kind: 'ConfigValidation',
    exit: EXIT.done,
    data: { file, problems: [], warnings: listed },
    text: `${file}: no problem`,
    nextSteps: ['sluice check'],
  };
}

function show(call: Call): Outcome {
  const { config, problems, entries, file } = findConfig(call);
  if (config === null) throw new InvalidConfig(problems, file);
  const options = showEntries(entries, file);
  const rows = options.map(({ path, value, from }) => [
    path,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
    from,
  ]);
  return {
    kind: 'Config',
    exit: EXIT.done,
    data: { file, options },
    text: formatTable(['option', 'value', 'from'], rows),
  };
}

function schema(): Outcome {
  const data = configSchema();
  return { kind: 'ConfigSchema', exit: EXIT.done, data, text: JSON.stringify(data, null, 2) };
}
