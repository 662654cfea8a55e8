import type { Config } from '../config/config.ts';
import type { QuarantinedChange, QuarantinedDetail } from '../contract/quarantine.ts';
import type { OpenedQuarantine } from '../pipeline/run-option.ts';
import { CONFIRM_FLAG, confirm } from './confirm.ts';
import { EXIT } from './exit.ts';
import { formatAmount, formatCount, formatTable } from './format.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Call, Flag, Verb } from './verb.ts';
import { askerOf } from './who-asks.ts';
import { cut } from './width.ts';

const WAY: Flag = {
  name: 'way',
  type: 'text',
  choices: ['forward', 'back'],
  help: 'To the target, or back to the source; the one that is gone now when not given.',
};

const shared = {
  kind: 'Quarantine',
  takesConfig: true,
  needs: 'openQuarantine',
  exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.refused, EXIT.differences, EXIT.unreachable],
} as const;

/** Changes that the other side cannot hold, set aside with everything that waits behind them. */
export const QUARANTINE_VERBS: readonly Verb[] = [
  {
    ...shared,
    name: 'quarantine list',
    summary: 'Lists the changes set aside, with their reasons; exit 4 when there is one.',
    flags: [WAY],
    examples: [['sluice quarantine list', 'all of them']],
    run: (call) => withQuarantine(call, (quarantine) => list(quarantine)),
  },
  {
    ...shared,
    name: 'quarantine show',
    operands: { words: 'ID', min: 1, max: 1 },
    summary: 'Shows one change whole: reason, position, row before and after.',
    flags: [WAY],
    examples: [['sluice quarantine show 17', 'the change with this id']],
    run: (call) => withQuarantine(call, (quarantine) => show(quarantine, call.operands[0] ?? '')),
  },
  {
    ...shared,
    name: 'quarantine retry',
    operands: { words: 'ID|all', min: 1, max: 1 },
    summary: 'Applies changes again, in order, with what waits behind them; exit 4 when some remain.',
    flags: [WAY],
    examples: [
      ['sluice quarantine retry 17', 'one change and what waits behind it'],
      ['sluice quarantine retry all', 'after the target or a rule was changed'],
    ],
    run: (call) => withQuarantine(call, (quarantine) => retry(quarantine, call.operands[0] ?? '')),
  },
  {
    ...shared,
    name: 'quarantine drop',
    operands: { words: 'ID|all', min: 1, max: 1 },
    summary: "Gives changes up for good: the other side stays without them. Asks for the pipeline's name.",
    flags: [WAY, CONFIRM_FLAG],
    examples: [['sluice quarantine drop 17 --confirm shop', 'without a question']],
    run: (call) => withQuarantine(call, (quarantine, config) => drop(call, quarantine, config)),
  },
];

async function withQuarantine(
  call: Call,
  act: (quarantine: OpenedQuarantine, config: Config) => Promise<Outcome>,
): Promise<Outcome> {
  const config = requireConfig(call);
  const asked = call.flags.get('way');
  const way = asked === 'forward' || asked === 'back' ? asked : 'now';
  const quarantine = await call.ports.openQuarantine?.(config, { way, by: askerOf(call) });
  if (quarantine === undefined) throw new TypeError('no quarantine in this build');
  try {
    return await act(quarantine, config);
  } finally {
    await quarantine.close();
  }
}

async function list(quarantine: OpenedQuarantine): Promise<Outcome> {
  const changes = await quarantine.list();
  const { way } = quarantine;
  const text = way === 'back' ? 'quarantine of the way back empty' : 'quarantine empty';
  if (changes.length === 0) return { kind: 'Quarantine', exit: EXIT.done, data: { way, changes }, text };
  const rows = changes.map((one) => [one.id, one.table, one.op, one.key ?? '-', reasonOf(one), cut(one.message, 60)]);
  return {
    kind: 'Quarantine',
    exit: EXIT.differences,
    data: { way, changes },
    text: formatTable(['id', 'table', 'op', 'key', 'reason', 'message'], rows),
    nextSteps: [`sluice quarantine show ${changes[0]?.id} --way ${way}`],
  };
}

function reasonOf({ reason, behind }: QuarantinedChange): string {
  return behind === null ? reason : `behind ${behind}`;
}

async function show(quarantine: OpenedQuarantine, id: string): Promise<Outcome> {
  const change = await quarantine.show(id);
  if (change === null)
    throw usageError(
      'USAGE_UNKNOWN_ID',
      `the quarantine has no change ${id}`,
      `See: sluice quarantine list --way ${quarantine.way}`,
    );
  return { kind: 'QuarantinedChange', exit: EXIT.done, data: change, text: detailText(change) };
}

function detailText(change: QuarantinedDetail): string {
  const at = new Date(change.setAsideAtMs).toISOString();
  return [
    `change ${change.id}: ${change.op} of ${change.table}, key ${change.key ?? 'none'}`,
    `reason  ${reasonOf(change)}: ${change.message}`,
    `since   ${at}, position ${change.position}`,
    `before  ${change.before ?? '-'}`,
    `after   ${change.after ?? '-'}`,
  ].join('\n');
}

async function retry(quarantine: OpenedQuarantine, id: string): Promise<Outcome> {
  const result = await quarantine.retry(id);
  const text = `${formatAmount(result.applied, 'change')} applied, ${formatCount(result.remaining)} left`;
  const exit = result.remaining === 0 ? EXIT.done : EXIT.differences;
  const nextSteps = result.remaining === 0 ? [] : ['sluice quarantine list'];
  return { kind: 'QuarantineRetry', exit, data: result, text, nextSteps };
}

async function drop(call: Call, quarantine: OpenedQuarantine, { pipeline }: Config): Promise<Outcome> {
  const id = call.operands[0] ?? '';
  await confirm(call, pipeline, `Dropping ${id === 'all' ? 'every change' : `change ${id}`} from the quarantine`);
  const result = await quarantine.drop(id);
  return {
    kind: 'QuarantineDrop',
    exit: EXIT.done,
    data: result,
    text: `${formatAmount(result.dropped, 'change')} dropped; the ${quarantine.way === 'back' ? 'source' : 'target'} stays without them`,
  };
}
