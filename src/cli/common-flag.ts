import type { Flag } from './verb.ts';

/** Flags that every verb takes. */
export const COMMON_FLAGS: readonly Flag[] = [
  { name: 'json', type: 'switch', help: 'One JSON document on stdout (one a line with --watch).' },
  { name: 'quiet', short: 'q', type: 'switch', help: 'No progress, no logs below error.' },
  { name: 'verbose', short: 'v', type: 'switch', help: 'Logs in detail.' },
  { name: 'no-color', type: 'switch', help: 'No colours, also on a terminal.' },
  { name: 'help', short: 'h', type: 'switch', help: 'What the verb does, its flags and examples.' },
];

export const CONFIG_FLAG: Flag = {
  name: 'config',
  type: 'text',
  value: 'FILE',
  help: 'The configuration (default: sluice.yaml, or SLUICE_CONFIG).',
};
