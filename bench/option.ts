import { parseArgs } from 'node:util';
import type { LogKind } from './stage.ts';

const ALL = [
  'snapshot',
  'parts',
  'backlog',
  'big',
  'latency',
  'verify',
  'beside',
  'logic',
  'observed',
  'watched',
] as const;

export const USAGE = `npm run bench -- [flags]

Measures the whole line as a real process beside its parts alone, on throw-away servers.

  --rows N             rows of the snapshot (default 1000000)
  --changes N          changes of the backlog (default 200000)
  --log embedded|kafka where changes are kept (default embedded)
  --only LIST          of ${ALL.join(',')}; the snapshot always runs (default all)
  --tables N           tables in all; those beyond the five that are filled hold a row each (default 5)
  --rounds N           rounds of the part watched (default 3)
  --json FILE          the figures as JSON as well
  --throttle TEXT      verify.throttle of the part beside (default sluice's own)
  --profile FOLDER     a CPU profile of each process
  --help               this text

Example: npm run bench -- --rows 100000 --only snapshot,parts`;

export interface BenchOptions {
  readonly rows: number;
  readonly changes: number;
  readonly tables: number;
  readonly rounds: number;
  readonly log: LogKind;
  readonly only: ReadonlySet<string>;
  readonly json: string | null;
  readonly throttle: string | null;
  readonly profileFolder: string | null;
}

/** `help`: it was asked for. An Error's message says what is wrong with the words. */
export function benchOptions(argv: readonly string[]): BenchOptions | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...{
        rows: text,
        changes: text,
        tables: text,
        rounds: text,
        log: text,
        only: text,
        json: text,
        throttle: text,
        profile: text,
      },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  return {
    rows: count('--rows', values.rows, 1_000_000),
    changes: count('--changes', values.changes, 200_000),
    tables: count('--tables', values.tables, 5),
    rounds: count('--rounds', values.rounds, 3),
    log: choice('--log', values.log ?? 'embedded', ['embedded', 'kafka'] as const),
    only: new Set((values.only?.split(',') ?? [...ALL]).map((one) => choice('--only', one, ALL))),
    json: values.json ?? null,
    throttle: values.throttle ?? null,
    profileFolder: values.profile ?? null,
  };
}

function count(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new Error(`${flag}: expected a whole number of 1 or more, not "${text}"`);
}

function choice<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === text);
  if (found !== undefined) return found;
  throw new Error(`${flag}: expected ${choices.join(' or ')}, not "${text}"`);
}
