import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Converted } from '../logic/convert.ts';
import { lineAt } from '../logic/walk.ts';

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
  readonly totals: Readonly<Record<Converted['outcome'], number>>;
}

export function convertedData(converted: readonly Converted[]): ConvertedData {
  const count = (outcome: Converted['outcome']): number =>
    converted.filter((one) => one.outcome === outcome && !isView(one)).length;
  return {
    items: converted.map(({ program, name, outcome, statements, schedule, items }) => ({
      kind: program.definition.tag,
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
    },
  };
}

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
export function writeConverted(folder: string, converted: readonly Converted[]): void {
  mkdirSync(folder, { recursive: true });
  for (const one of converted) {
    if (one.statements.length === 0) continue;
    const name = `${one.program.definition.tag}-${one.name}`.replaceAll(/[^\w.-]/g, '_');
    writeFileSync(join(folder, `${name}.sql`), `${scriptOf(one)}\n`);
  }
  const schedules = converted.flatMap(({ schedule }) => schedule ?? []);
  if (schedules.length > 0) writeFileSync(join(folder, 'schedule.sql'), `${schedules.join('\n\n')}\n`);
}
