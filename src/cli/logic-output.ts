import type { Converted } from '../logic/convert.ts';
import { kindOf } from '../logic/program-name.ts';
import { lineAt } from '../logic/walk.ts';
import { formatAmount } from './format.ts';
import type { Call } from './verb.ts';
import type { SetFile } from './written-set.ts';

/** What `logic convert --json` gives. */
export interface ConvertedData {
  readonly items: readonly {
    readonly kind: string;
    readonly name: string;
    readonly outcome: Converted['outcome'];
    readonly statements: readonly string[];
    readonly schedule: string | null;
    /** Lines of the program's own text, from 1. */
    readonly actions: readonly {
      readonly code: string;
      readonly severity: string;
      readonly line: number;
      readonly reason: string;
      readonly advice: string;
    }[];
  }[];
  /** Views stand apart: they are made with the tables. */
  readonly totals: Readonly<Record<Converted['outcome'] | 'views', number>>;
}

export function convertedData(converted: readonly Converted[]): ConvertedData {
  const count = (outcome: Converted['outcome']): number =>
    converted.filter((one) => one.outcome === outcome && !isView(one)).length;
  return {
    items: converted.map(({ program, name, outcome, statements, schedule, items }) => ({
      kind: kindOf(program),
      name,
      outcome,
      statements,
      schedule: schedule ?? null,
      actions: items.map(({ code, severity, span, reason, advice }) => ({
        code,
        severity,
        line: lineAt(program.lexed.text, span.start),
        reason,
        advice,
      })),
    })),
    totals: {
      automatic: count('automatic'),
      review: count('review'),
      skeleton: count('skeleton'),
      none: count('none'),
      views: converted.filter(isView).length,
    },
  };
}

/** What is a note of each program that compares texts, told here in one line: accents, and blanks that are stored. */
export function warnOfTexts({ output }: Call, programs: readonly Pick<Converted, 'items'>[]): void {
  for (const [code, told] of TOLD) {
    const count = programs.filter(({ items }) => items.some((item) => item.code === code)).length;
    if (count > 0) output.warn(`${formatAmount(count, 'program')} (${code} in --json) ${told}`);
  }
}

const TOLD = [
  [
    'TEXT_CASE',
    "compare texts without regard to case: where the source's collation takes é for e and ß for ss too, the target tells them apart",
  ],
  [
    'TEXT_BLANK',
    'compare columns of a _bin collation: the source finds texts that are stored with blanks at their end without them, the target does not',
  ],
] as const;

/** Views are made with the tables. */
function isView({ program }: Converted): boolean {
  return program.definition.tag === 'view';
}

/** All programs as one script: functions first, for triggers and procedures call them only when they run. */
export function sqlOf(converted: readonly Converted[]): string {
  const scripts = converted.flatMap((one) => (one.statements.length === 0 ? [] : [scriptOf(one)]));
  const schedules = converted.flatMap(({ schedule }) => (schedule === undefined ? [] : [commented(schedule)]));
  return [...scripts, ...schedules].join('\n\n');
}

function scriptOf({ statements }: Converted): string {
  return statements.map((statement) => `${statement};`).join('\n\n');
}

/** In a script a schedule is a comment: pg_cron may not be there. */
function commented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.startsWith('--') ? line : `-- ${line}`))
    .join('\n');
}

/** One file for each program, named for it, and the schedules of events in one. */
export function filesOf(converted: readonly Converted[]): readonly SetFile[] {
  const taken = new Set<string>();
  const files = converted
    .filter(({ statements }) => statements.length > 0)
    .map((one) => ({ path: `${fileName(one, taken)}.sql`, text: `${scriptOf(one)}\n` }));
  const schedules = converted.flatMap(({ schedule }) => schedule ?? []);
  return schedules.length === 0 ? files : [...files, { path: 'schedule.sql', text: `${schedules.join('\n\n')}\n` }];
}

/** Letters and digits of every script stay; what falls together, on file systems without case too, is numbered. */
function fileName({ program, name }: Converted, taken: Set<string>): string {
  const plain = `${program.definition.tag}-${name}`.normalize('NFC').replaceAll(/[^\p{L}\p{M}\p{N}_.-]/gu, '_');
  let found = plain;
  for (let n = 2; taken.has(found.toLowerCase()); n++) found = `${plain}-${n}`;
  taken.add(found.toLowerCase());
  return found;
}
