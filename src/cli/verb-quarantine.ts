import type { Config } from '../config/config.ts';
import type { Quarantine, QuarantinedChange, QuarantinedDetail } from '../contract/quarantine.ts';
import { CONFIRM_FLAG, confirm } from './confirm.ts';
import { EXIT } from './exit.ts';
import { cut, formatAmount, formatCount, formatTable } from './format.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';

const shared = {
  kind: 'Quarantine',
  takesConfig: true,
  needs: 'openQuarantine',
  exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.refused, EXIT.differences, EXIT.unreachable],
} as const;

/** Changes that the target cannot hold, set aside with everything that waits behind them. */
export const QUARANTINE_VERBS: readonly Verb[] = [
  {
    ...shared,
    name: 'quarantine list',
    summary: 'Lists the changes set aside, with their reasons; exit 4 when there is one.',
    flags: [],
    examples: [['sluice quarantine list', 'all of them']],
    run: (call) => withQuarantine(call, (quarantine) => list(quarantine)),
  },
  {
    ...shared,
    name: 'quarantine show',
    operands: { words: 'ID', min: 1, max: 1 },
    summary: 'Shows one change whole: reason, position, row before and after.',
    flags: [],
    examples: [['sluice quarantine show 17', 'the change with this id']],
    run: (call) => withQuarantine(call, (quarantine) => show(quarantine, call.operands[0] ?? '')),
  },
  {
    ...shared,
    name: 'quarantine retry',
    operands: { words: 'ID|all', min: 1, max: 1 },
    summary: 'Applies changes again, in order, with what waits behind them; exit 4 when some remain.',
    flags: [],
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
    summary: "Gives changes up for good: the target stays without them. Asks for the pipeline's name.",
    flags: [CONFIRM_FLAG],
    examples: [['sluice quarantine drop 17 --confirm shop', 'without a question']],
    run: (call) => withQuarantine(call, (quarantine, config) => drop(call, quarantine, config)),
  },
];

async function withQuarantine(
  call: Call,
  act: (quarantine: Quarantine, config: Config) => Promise<Outcome>,
): Promise<Outcome> {
  const config = requireConfig(call);
  const quarantine = await call.ports.openQuarantine?.(config);
  if (quarantine === undefined) throw new TypeError('no quarantine in this build');
  try {
    return await act(quarantine, config);
  } finally {
    await quarantine.close();
  }
}

async function list(quarantine: Quarantine): Promise<Outcome> {
  const changes = await quarantine.list();
  if (changes.length === 0) return { kind: 'Quarantine', exit: EXIT.done, data: { changes }, text: 'quarantine empty' };
  const rows = changes.map((one) => [one.id, one.table, one.op, one.key ?? '-', reasonOf(one), cut(one.message, 60)]);
  return {
    kind: 'Quarantine',
    exit: EXIT.differences,
    data: { changes },
    text: formatTable(['id', 'table', 'op', 'key', 'reason', 'message'], rows),
    nextSteps: [`sluice quarantine show ${changes[0]?.id}`],
  };
}

function reasonOf({ reason, behind }: QuarantinedChange): string {
  return behind === null ? reason : `behind ${behind}`;
}

async function show(quarantine: Quarantine, id: string): Promise<Outcome> {
  const change = await quarantine.show(id);
  if (change === null)
    throw usageError('USAGE_UNKNOWN_ID', `the quarantine has no change ${id}`, 'See: sluice quarantine list');
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

async function retry(quarantine: Quarantine, id: string): Promise<Outcome> {
  const result = await quarantine.retry(id);
  const text = `${formatAmount(result.applied, 'change')} applied, ${formatCount(result.remaining)} left`;
  const exit = result.remaining === 0 ? EXIT.done : EXIT.differences;
  const nextSteps = result.remaining === 0 ? [] : ['sluice quarantine list'];
  return { kind: 'QuarantineRetry', exit, data: result, text, nextSteps };
}

async function drop(call: Call, quarantine: Quarantine, { pipeline }: Config): Promise<Outcome> {
  const id = call.operands[0] ?? '';
  await confirm(call, pipeline, `Dropping ${id === 'all' ? 'every change' : `change ${id}`} from the quarantine`);
  const result = await quarantine.drop(id);
  return {
    kind: 'QuarantineDrop',
    exit: EXIT.done,
    data: result,
    text: `${formatAmount(result.dropped, 'change')} dropped; the target stays without them`,
  };
}
