import { type TableVerification, VERIFY_MODES, type VerifyProgress, type VerifyReport } from '../contract/verify.ts';
import { CONFIRM_FLAG, confirm } from './confirm.ts';
import { EXIT } from './exit.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { shellWord } from './shell-word.ts';
import type { Call, Verb } from './verb.ts';
import { BESIDE_FLAGS, besideRows } from './verify-beside.ts';
import { progressText, verificationText } from './verify-text.ts';
import { askerOf } from './who-asks.ts';

const LINE_EVERY_MS = 10_000;

export const VERIFY_VERB: Verb = {
  name: 'verify',
  kind: 'Verify',
  summary:
    'Compares both sides cell by cell at one known position, by the running pipeline, while the stream goes on and without a lock.',
  flags: [
    {
      name: 'table',
      type: 'texts',
      value: 'TABLE',
      help: 'Only this table, or those of a pattern; may be given several times.',
    },
    { name: 'restart', type: 'switch', help: 'Begin anew instead of going on with what was interrupted.' },
    {
      name: 'repair',
      type: 'switch',
      help: "Read rows that differ anew and apply them in order with the stream. Asks for the pipeline's name.",
    },
    {
      name: 'mode',
      type: 'text',
      choices: VERIFY_MODES,
      help: 'How rows are compared: read (stream, the default), or hashed inside both servers, so that only what differs is read (pushdown).',
    },
    { name: 'timeout', type: 'duration', value: '10m', help: 'End with exit 5 when it takes longer.' },
    ...BESIDE_FLAGS,
    CONFIRM_FLAG,
  ],
  takesConfig: true,
  needs: 'verify',
  examples: [
    ['sluice verify', 'every table; interrupted, the same command goes on'],
    ["sluice verify --table tbl_order --table 'tbl_item*'", 'some tables'],
    ['sluice verify --table tbl_order --repair --confirm shop', 'and what differs is repaired, and looked at again'],
    ['sluice verify --json | jq .data.tables[].differences[]', 'what differs, by table, key and column'],
    ['sluice verify --mode pushdown', 'little on the network, more work for the servers'],
    ['sluice verify --sql check', 'SQL for both servers, with which a DBA compares them without sluice'],
  ],
  exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.differences, EXIT.notReached, EXIT.unreachable],
  run: besideRows(verify),
};

async function verify(call: Call): Promise<Outcome> {
  const { flags, ports, signal } = call;
  const config = requireConfig(call);
  const named = flags.get('table');
  const timeout = flags.get('timeout');
  const repair = flags.has('repair');
  if (repair) await confirm(call, config.pipeline, 'Repairing what differs on the target');
  if (ports.verify === undefined) throw new TypeError('no pipeline in this build');
  const report = await ports.verify(
    config,
    {
      tables: Array.isArray(named) ? named : 'all',
      ...{ restart: flags.has('restart'), repair, timeoutMs: typeof timeout === 'number' ? timeout : null },
      mode: flags.get('mode') === 'pushdown' ? 'pushdown' : 'stream',
      by: askerOf(call),
    },
    { onProgress: shower(call), signal },
  );
  return outcomeOf(call, report);
}

function shower({ output }: Call): (progress: VerifyProgress) => void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const text = progressText(progress);
    if (output.isLive) output.live([text]);
    else if (Date.now() - saidAtMs >= LINE_EVERY_MS) {
      saidAtMs = Date.now();
      output.say(text);
    }
  };
}

function outcomeOf({ output }: Call, report: VerifyReport): Outcome {
  const base = { kind: 'Verify', data: report, text: verificationText(report, output.paint) };
  const unequal = report.tables.filter(({ state }) => state === 'different');
  const open = report.tables.filter((table) => isOpen(table));
  if (unequal.length > 0) {
    const rows = unequal.reduce((sum, { differenceCount }) => sum + differenceCount, 0);
    return {
      ...base,
      exit: EXIT.differences,
      error: {
        code: 'VERIFY_DIFFERENCES',
        message: `${rows} ${rows === 1 ? 'difference' : 'differences'} in ${unequal.length} ${unequal.length === 1 ? 'table' : 'tables'}`,
        remedy: 'Look for the cause first: what else writes to the target? Then: sluice verify --repair',
      },
      nextSteps: [`sluice verify ${unequal.map(({ table }) => `--table ${shellWord(table)}`).join(' ')} --repair`],
    };
  }
  if (open.length === 0) return { ...base, exit: EXIT.done };
  return {
    ...base,
    exit: EXIT.notReached,
    error: {
      code: 'VERIFY_NOT_REACHED',
      message: `not every row was compared: ${open.map(({ table }) => table).join(', ')}`,
      remedy:
        'The same command goes on with what is left; where nothing gets on, sluice status tells what is waited for.',
    },
    nextSteps: ['sluice verify'],
  };
}

function isOpen({ state, finishedAtMs }: TableVerification): boolean {
  return finishedAtMs === null || state !== 'equal';
}
