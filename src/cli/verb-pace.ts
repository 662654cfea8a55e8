import type { PaceCall } from '../contract/action.ts';
import { type PaceAnswer, paceText } from '../contract/pace.ts';
import { EXIT } from './exit.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';
import { oneLine } from './visible.ts';
import { askedBy, BY_FLAG } from './who-asks.ts';

const shared = {
  kind: 'Pace',
  flags: [BY_FLAG],
  takesConfig: true,
  needs: 'askPace',
  exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable],
} as const;

/** How fast the stream goes to the target, changed while it runs. */
export const PACE_VERBS: readonly Verb[] = [
  {
    ...shared,
    name: 'pause',
    summary:
      'Holds the stream to the target: nothing of the source is written there until `resume`, while the source is read on. Our own journals in the schema sluice, and what `verify` and the schema need, are written meanwhile.',
    examples: [['sluice pause', 'for work on the target; the lag grows, the log grows, no binlog is missed']],
    run: (call) => ask(call, { method: 'pause', params: { by: askedBy(call) } }),
  },
  {
    ...shared,
    name: 'resume',
    summary: 'Lets the stream to the target go on after `pause`.',
    examples: [['sluice resume', 'at the limit of `throttle`, where there is one']],
    run: (call) => ask(call, { method: 'resume', params: { by: askedBy(call) } }),
  },
  {
    ...shared,
    name: 'throttle',
    operands: { words: 'ROWS|off', min: 1, max: 1 },
    summary: 'Holds the running stream to so many rows a second on the target, for the sake of others there.',
    examples: [
      ['sluice throttle 5000', 'rows a second, on the average of whole transactions'],
      ['sluice throttle off', 'as fast as it goes'],
    ],
    run: (call) => ask(call, { method: 'throttle', params: { rowsPerSecond: limitOf(call), by: askedBy(call) } }),
  },
];

function limitOf({ operands: [text = ''] }: Call): number | null {
  if (text === 'off') return null;
  const rows = Number(text);
  if (/^\d{1,9}$/.test(text) && rows > 0) return rows;
  throw usageError('USAGE_OPERANDS', 'sluice throttle: expected rows a second, or off', 'See: sluice throttle --help');
}

async function ask(call: Call, asked: PaceCall): Promise<Outcome> {
  if (call.ports.askPace === undefined) throw new TypeError('no pipeline in this build');
  const data = await call.ports.askPace(requireConfig(call), asked);
  return { kind: 'Pace', exit: EXIT.done, data, text: told(asked, data), nextSteps: ['sluice status'] };
}

/** What was done, and what holds now. */
function told({ method, params }: PaceCall, pace: PaceAnswer): string {
  const now = paceText(pace) ?? 'the stream to the target goes at its own speed';
  return `${doneText(method, 'rowsPerSecond' in params && params.rowsPerSecond === null, pace)}${oneLine(now)}`;
}

function doneText(method: PaceCall['method'], isOff: boolean, { isChanged, state }: PaceAnswer): string {
  if (!isChanged) return isOff ? 'there was no limit: ' : UNCHANGED[method];
  if (method !== 'throttle' || state !== 'paused') return '';
  return isOff ? 'the limit is taken away; ' : 'the limit is set; ';
}

const UNCHANGED: Readonly<Record<PaceCall['method'], string>> = {
  pause: 'it was paused already: ',
  resume: 'nothing was paused: ',
  throttle: 'it was held to that already: ',
};
