import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import {
  type EndingKind,
  type EndingPlan,
  type EndingReport,
  type EndingRequest,
  endingRefused,
  type Kept,
  type Removal,
} from '../contract/ending.ts';
import { fileTime } from '../contract/file-time.ts';
import { CONFIRM_FLAG, confirm } from './confirm.ts';
import { makeReport } from './evidence-report.ts';
import { EXIT } from './exit.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import type { Call, Flag, Verb } from './verb.ts';
import { askedBy, BY_FLAG } from './who-asks.ts';

const PLAN: Flag = { name: 'plan', type: 'switch', help: 'Only prints what would be removed and what stays.' };
const KEEP_TOPICS: Flag = {
  name: 'keep-topics',
  type: 'switch',
  help: 'Leave the topics of Kafka, where others read them.',
};
const LEAVE_BEHIND: Flag = {
  name: 'leave-behind',
  type: 'switch',
  help: 'Though changes of the target have not come to the source: they stay on the target only.',
};
const DROP_DATA: Flag = {
  name: 'drop-data',
  type: 'switch',
  help: 'Drop the tables of the target too; those that the application’s migrations made are emptied.',
};
const DROP_ACCOUNTS: Flag = {
  name: 'drop-accounts',
  type: 'switch',
  help: 'Drop the account that reads the source, by that of source.adminUrl; the others are printed as statements.',
};
const WITHOUT: Flag = {
  name: 'without',
  type: 'texts',
  choices: ['source', 'target'],
  help: 'This server is lost: its part is printed as statements.',
};

const shared = {
  takesConfig: true,
  kind: 'Ending',
  needs: 'ending',
  isGraceful: true,
  exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.interrupted],
} as const;

export const ENDING_VERBS: readonly Verb[] = [
  {
    ...shared,
    name: 'complete',
    summary:
      "Ends the time in which a rollback is possible: everything of ours goes from every server, the evidence stays. Asks for the pipeline's name.",
    flags: [PLAN, LEAVE_BEHIND, DROP_ACCOUNTS, KEEP_TOPICS, WITHOUT, BY_FLAG, CONFIRM_FLAG],
    examples: [
      ['sluice complete --plan', 'what would go, what stays, and what speaks against it'],
      ['sluice complete --by ada --confirm shop', 'without a question'],
    ],
    run: (call) => end(call, 'complete'),
  },
  {
    ...shared,
    name: 'teardown',
    summary:
      "Gives a pipeline up while the application writes on the source: everything of ours goes from every server. Asks for the pipeline's name.",
    flags: [PLAN, DROP_DATA, DROP_ACCOUNTS, KEEP_TOPICS, WITHOUT, BY_FLAG, CONFIRM_FLAG],
    examples: [
      ['sluice teardown --plan', 'what would go'],
      ['sluice teardown --drop-data --confirm shop', 'the rows on the target too'],
      ['sluice teardown --without target --confirm shop', 'the target is lost: its part is printed as statements'],
    ],
    run: (call) => end(call, 'teardown'),
  },
];

async function end(call: Call, kind: EndingKind): Promise<Outcome> {
  const config = requireConfig(call);
  const { ending } = call.ports;
  if (ending === undefined) throw new TypeError('no ending in this build');
  const request = requestOf(call, kind);
  const plan = await ending.plan(config, request);
  if (call.flags.has('plan')) return planned(plan);
  call.output.say(planText(plan));
  if (plan.refusals.length === 0) await confirm(call, config.pipeline, ACTS[kind]);
  const sealed = await sealedBefore(call, config, { plan, by: request.by });
  return await removed(call, config, { request, sealed });
}

/** Ends whoever runs the pipeline, and removes all. */
export async function removed(
  call: Call,
  config: Config,
  { request, sealed }: { readonly request: EndingRequest; readonly sealed: string | null },
): Promise<Outcome> {
  const { ports, signal, logger, output, io } = call;
  if (ports.ending === undefined) throw new TypeError('no ending in this build');
  const onStep = (words: string) => output.say(words);
  const report = await ports.ending.run(config, request, { signal, logger, pid: io.pid, onStep });
  return ended(report, sealed);
}

/** The sealed evidence file, while everything that it tells of is still there; null: an earlier run has made it. */
export async function sealedBefore(
  call: Call,
  config: Config,
  { plan, by }: { readonly plan: EndingPlan; readonly by: string },
): Promise<string | null> {
  if (plan.refusals.length > 0 || plan.evidence !== null || call.ports.report === undefined) return null;
  const folder = resolve(config.folder, '.sluice/evidence');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const out = join(folder, `${config.pipeline}-${plan.kind}-${fileTime(new Date())}-report`);
  const { names, root } = await makeReport(call, config, {
    by,
    out,
    showsValues: false,
    compares: false,
    checksums: false,
  });
  return `${names.join(', ')}, root hash ${root}`;
}

const ACTS: Readonly<Record<EndingKind, string>> = {
  complete: 'Ending the way back for good',
  teardown: 'Giving the pipeline up',
};

function requestOf(call: Call, kind: EndingKind): EndingRequest {
  const { flags } = call;
  const without = flags.get('without');
  return {
    kind,
    by: askedBy(call),
    without: (['source', 'target'] as const).filter((side) => Array.isArray(without) && without.includes(side)),
    leavesBehind: flags.has('leave-behind'),
    keepsTopics: flags.has('keep-topics'),
    dropsData: flags.has('drop-data'),
    dropsAccounts: flags.has('drop-accounts'),
  };
}

function planned(plan: EndingPlan): Outcome {
  const text = planText(plan);
  if (plan.refusals.length === 0) return { kind: 'EndingPlan', exit: EXIT.done, data: plan, text };
  const { code, message, remedy } = endingRefused(plan.refusals);
  return { kind: 'EndingPlan', exit: EXIT.refused, data: plan, text, error: { code, message, remedy } };
}

function planText({ kind, refusals, removals, kept, evidence }: EndingPlan): string {
  const begun = evidence === null ? [] : [`goes on with what was begun before: ${evidence}`];
  return [
    `sluice ${kind} removes:`,
    ...removals.filter(({ objects }) => objects?.length !== 0).flatMap(removalLines),
    ...keptLines(kept),
    ...begun,
    ...refusals.map(({ reason, cure }) => `refused: ${reason}. ${cure}`),
  ].join('\n');
}

function removalLines({ end: at, what, objects, statements, reason }: Removal): readonly string[] {
  const names = objects === null ? (reason ?? 'not asked') : objects.join(', ');
  return [`  ${at}: ${what}: ${names}`, ...statements.map((statement) => `      ${statement}`)];
}

function keptLines(kept: readonly Kept[]): readonly string[] {
  return [
    'stays:',
    ...kept.flatMap(({ what, why, statements }) => [
      `  ${what}: ${why}`,
      ...statements.map((statement) => `      ${statement};`),
    ]),
  ];
}

function ended(report: EndingReport, sealed: string | null): Outcome {
  const { removals, kept, evidence, isWhole, kind } = report;
  const gone = removals.filter(({ state, objects }) => state === 'removed' && objects?.length !== 0);
  const left = removals.filter(({ state }) => state === 'left');
  const text = [
    ...gone.map(({ end: at, what }) => `removed from the ${at}: ${what}`),
    ...left.flatMap(leftLines),
    ...keptLines(kept),
    `evidence: ${evidence}`,
    ...(sealed === null ? [] : [`sealed report: ${sealed}`]),
  ].join('\n');
  if (isWhole) return { kind: 'Ending', exit: EXIT.done, data: report, text };
  const error = {
    code: 'ENDING_IN_PART',
    message: `not everything could be removed: ${left.map(({ end: at, name, reason }) => `${name} on the ${at} (${reason})`).join(', ')}`,
    remedy: `Run the statements above, or cure the reason and run it again: sluice ${kind}`,
  };
  return { kind: 'Ending', exit: EXIT.failed, data: report, text, error };
}

function leftLines({ end: at, what, reason, statements }: Removal): readonly string[] {
  return [`LEFT on the ${at}: ${what}: ${reason}. By hand:`, ...statements.map((statement) => `      ${statement};`)];
}
