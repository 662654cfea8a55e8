import type { CheckReport } from '../check/check.ts';
import type { CheckOptions } from '../check/check-option.ts';
import type { Config } from '../config/config.ts';
import { type Finding, SEVERITIES, type Severity } from '../contract/finding.ts';
import type { Paint } from './color.ts';
import { EXIT, type ExitCode, exitOf } from './exit.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { onStartPage, PAGE_FLAG, type Told } from './start-page.ts';
import type { Call, Verb } from './verb.ts';

export const CHECK_VERB: Verb = {
  name: 'check',
  kind: 'Check',
  summary:
    'Looks at source, target, log and data: every problem in one list with the statement that cures it; changes nothing.',
  flags: [
    {
      name: 'quick',
      type: 'switch',
      help: 'Leave out what reads every row: zero dates, NUL characters, value ranges.',
    },
    PAGE_FLAG,
  ],
  takesConfig: true,
  examples: [
    ['sluice check', 'everything, the data included'],
    ['sluice check --quick', 'settings, rights and structure alone'],
    ['sluice check --json | jq -r ".data.findings[].cure[]"', 'the cures as a script to read'],
  ],
  exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.interrupted],
  run: check,
};

async function check(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  return await onStartPage(call, { config, verb: 'check', kind: 'Check' }, async (told) => {
    const report = await look(call, config, { depth: call.flags.has('quick') ? 'quick' : 'full', told });
    return checkOutcome(report, call.output.paint);
  });
}

interface Look {
  readonly depth: CheckOptions['depth'];
  readonly told: Told;
}

async function look(call: Call, config: Config, { depth, told }: Look): Promise<CheckReport> {
  // Loaded only here: the drivers of three servers would slow down every other verb.
  const runCheck = call.ports.runCheck ?? (await import('../check/check.ts')).runCheck;
  const onStep = (step: string): void => {
    call.output.live([step]);
    told.step(step);
  };
  const report = await runCheck(config, { depth, signal: call.signal, onStep });
  told.found(report.findings);
  return report;
}

/** What `run` looks at before it touches anything: the outcome that refuses it, or null; warnings are said. */
export async function refusal(call: Call, config: Config, told: Told): Promise<Outcome | null> {
  const whole = await look(call, config, { depth: 'start', told });
  call.output.live([]);
  // A resync empties every table, which was confirmed: it is the way out where the checkpoint went too.
  const isEmptied = (code: string) => call.flags.has('resync') && code === 'TARGET_TABLE_NOT_EMPTY';
  const report = { ...whole, findings: whole.findings.filter(({ code }) => !isEmptied(code)) };
  for (const { severity, object, message, code } of report.findings) {
    if (severity === 'warning') call.output.warn(`${object}: ${message} (${code})`);
  }
  const outcome = checkOutcome(report, call.output.paint);
  return outcome.exit === EXIT.done ? null : outcome;
}

export function checkOutcome(report: CheckReport, paint: Paint): Outcome {
  const exit = exitOfReport(report);
  const outcome: Outcome = { kind: 'Check', exit, data: report, text: reportText(report, paint) };
  if (exit === EXIT.done) return { ...outcome, nextSteps: ['sluice run'] };
  const blockers = report.findings.filter(({ severity }) => severity === 'blocker').length;
  const isUnreachable = exit === EXIT.unreachable;
  return {
    ...outcome,
    error: {
      code: isUnreachable ? 'CHECK_UNREACHABLE' : 'CHECK_REFUSED',
      message: isUnreachable
        ? 'not every server could be reached'
        : `${blockers} blocking ${blockers === 1 ? 'problem' : 'problems'}`,
      remedy: 'Each has its cure beside it; then: sluice check',
    },
    nextSteps: ['sluice check'],
  };
}

/** A server that cannot be reached hides what else is wrong with it, so it decides before other blockers. */
function exitOfReport({ findings, source, target, isLogReached }: CheckReport): ExitCode {
  const blockers = findings.filter(({ severity }) => severity === 'blocker');
  if (blockers.length === 0) return EXIT.done;
  if (blockers.some(({ code }) => exitOf(code) === EXIT.usage)) return EXIT.usage;
  return source === null || target === null || !isLogReached ? EXIT.unreachable : EXIT.refused;
}

const COLORS: Readonly<Record<Severity, 'red' | 'yellow' | 'dim'>> = {
  blocker: 'red',
  warning: 'yellow',
  information: 'dim',
};

export function reportText(report: CheckReport, paint: Paint): string {
  const { findings, source, target, tables } = report;
  const counts = SEVERITIES.map((severity) => countText(severity, findings)).filter((part) => part !== '');
  return [
    `source  ${source ?? 'not reached'}`,
    `target  ${target ?? 'not reached'}`,
    `tables  ${tables}`,
    '',
    ...findings.flatMap((one) => findingLines(one, paint)),
    counts.length === 0 ? paint('green', 'no problem') : counts.join(', '),
  ].join('\n');
}

function findingLines({ severity, code, object, message, cure }: Finding, paint: Paint): readonly string[] {
  return [
    `${paint(COLORS[severity], severity)}  ${object}: ${message} (${code})`,
    ...cure.map((line) => `    ${line}`),
    '',
  ];
}

function countText(severity: Severity, findings: readonly Finding[]): string {
  const count = findings.filter((one) => one.severity === severity).length;
  if (count === 0) return '';
  return severity === 'information' ? `${count} for information` : `${count} ${severity}${count === 1 ? '' : 's'}`;
}
