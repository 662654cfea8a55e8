import { isReason, REASON_RULE } from '../contract/asked-by.ts';
import {
  type AttemptStatus,
  type CopiedStatus,
  type CutoverPlan,
  type CutoverStatus,
  type Direction,
  NO_CUTOVER,
  type Waiver,
} from '../contract/cutover.ts';
import { SluiceError } from '../contract/error.ts';
import { askAction, askStatus, unreachable } from '../control/client.ts';
import { CONFIRM_FLAG, confirm } from './confirm.ts';
import { attemptLines, copiedText, cutoverText, planText, predictionText } from './cutover-text.ts';
import { followAttempt } from './cutover-watch.ts';
import { EXIT } from './exit.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { warnOfStaleFile } from './stale-file.ts';
import { usageError } from './usage-error.ts';
import type { Call, Flag, Verb } from './verb.ts';
import { askedBy, askerOf, BY_FLAG } from './who-asks.ts';

const WAIVE: Flag = {
  name: 'waive',
  type: 'text',
  value: 'GATE=REASON',
  help: 'Go on though this gate is red; several are separated by ";". Name and reason stand in the evidence.',
};

const exits = [EXIT.done, EXIT.failed, EXIT.usage, EXIT.refused, EXIT.notReached, EXIT.unreachable, EXIT.interrupted];
const shared = { takesConfig: true, kind: 'Cutover', isGraceful: true } as const;

export const CUTOVER_VERBS: readonly Verb[] = [
  {
    ...shared,
    name: 'cutover plan',
    summary: 'Prints the steps that run will take, with their statements, and every gate; changes nothing.',
    flags: [],
    examples: [['sluice cutover plan', 'what will be done, and what still stands against it']],
    exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable],
    run: (call) => led(call, () => plan(call, 'forward')),
  },
  {
    ...shared,
    name: 'cutover rehearse',
    summary: 'Does everything up to the point of no return but the fence, puts all back and predicts the write block.',
    flags: [
      { name: 'fence-test', type: 'switch', help: 'Block writes too, for as long as the drain takes, and open again.' },
      ...[BY_FLAG, WAIVE, CONFIRM_FLAG],
    ],
    examples: [
      ['sluice cutover rehearse', 'by day, beside the application'],
      ['sluice cutover rehearse --fence-test', 'once, at a quiet hour: the application meets refused writes'],
    ],
    exits,
    run: (call) => led(call, () => run(call, 'forward', true)),
  },
  {
    ...shared,
    name: 'cutover run',
    summary: "The switch: gates, fence, drain, checks, point of no return, flip. Asks for the pipeline's name.",
    flags: [BY_FLAG, WAIVE, CONFIRM_FLAG],
    examples: [
      ['sluice cutover run', 'at night, with one command'],
      ['sluice cutover run --by ada --waive "drift=a view of the analysts" --confirm shop', 'without a question'],
    ],
    exits,
    run: (call) => led(call, () => run(call, 'forward', false)),
  },
  {
    ...shared,
    name: 'cutover status',
    summary: 'Shows the last attempt step by step, and every gate.',
    flags: [],
    examples: [['sluice cutover status', 'where it stands']],
    exits: [EXIT.done, EXIT.usage, EXIT.unreachable],
    run: status,
  },
  {
    ...shared,
    name: 'cutover abort',
    summary: 'Ends an attempt before its point of no return: everything is put back.',
    flags: [BY_FLAG],
    examples: [['sluice cutover abort', 'from any terminal, until the point of no return']],
    exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.refused, EXIT.unreachable],
    run: abort,
  },
  {
    ...shared,
    name: 'cutover confirm',
    summary: 'Says that the application was flipped, or flipped back, by hand: the step that waits for it is done.',
    flags: [BY_FLAG],
    examples: [['sluice cutover confirm', 'once the application is pointed to the other side']],
    exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.unreachable],
    run: confirmFlip,
  },
  {
    name: 'rollback accept',
    kind: 'Accepted',
    operands: { words: 'TABLE...|all', min: 1, max: Number.POSITIVE_INFINITY },
    summary:
      'Lets the way back go on with tables that DDL on the target has changed: columns that the source has not are left out.',
    flags: [],
    takesConfig: true,
    needs: 'wayBackShapes',
    examples: [
      ['sluice rollback accept public.tbl_order', 'after the same change was made at the source, where rows need it'],
      ['sluice rollback accept all', 'every table at which it waits'],
    ],
    exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable],
    run: accept,
  },
  {
    ...shared,
    name: 'rollback plan',
    summary: 'Prints the steps of the way back to the source, with every gate; changes nothing.',
    flags: [],
    examples: [['sluice rollback plan', 'after a cutover']],
    exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable],
    run: (call) => led(call, () => plan(call, 'back')),
  },
  {
    ...shared,
    name: 'rollback run',
    summary:
      "Back to the source, with every write that the target has taken: the same machine with the roles of both sides exchanged. Asks for the pipeline's name.",
    flags: [BY_FLAG, WAIVE, CONFIRM_FLAG],
    examples: [['sluice rollback run', 'with one command']],
    exits,
    run: (call) => led(call, () => run(call, 'back', false)),
  },
];

async function plan(call: Call, direction: Direction): Promise<Outcome> {
  const { control } = requireConfig(call);
  await warnOfStaleFile(call, control.socket);
  const data = (await ask(control.socket, { method: 'cutover.plan', params: { direction } })) as CutoverPlan;
  const isRed = data.gates.some(({ state }) => state === 'red');
  const text = planText(data, call.output.paint);
  if (!isRed)
    return {
      kind: 'Cutover',
      exit: EXIT.done,
      data,
      text,
      nextSteps: [direction === 'forward' ? 'sluice cutover rehearse' : 'sluice rollback run'],
    };
  const error = { code: 'CUTOVER_GATES_RED', message: 'a gate is red', remedy: 'The cure stands beside each.' };
  return { kind: 'Cutover', exit: EXIT.refused, data, text, error };
}

async function run(call: Call, direction: Direction, isRehearsal: boolean): Promise<Outcome> {
  const config = requireConfig(call);
  const fences = !isRehearsal || call.flags.has('fence-test');
  const by = askedBy(call);
  const waivers = waiversOf(call, by);
  await warnOfStaleFile(call, config.control.socket);
  if (fences) await confirm(call, config.pipeline, isRehearsal ? 'Blocking writes for a test' : 'The switch');
  const { socket } = config.control;
  const request = { direction, by, isRehearsal, fences, waivers };
  const begun = (await ask(socket, { method: 'cutover.begin', params: request })) as AttemptStatus;
  const attempt = await followAttempt(socket, begun.id, { output: call.output, signal: call.signal });
  if (attempt === null) return goesOn(call);
  const outcome = ended(attempt, call);
  return isRehearsal && outcome.exit === EXIT.done ? await predicted(outcome, call) : outcome;
}

/** A rehearsal says what the night will be like. */
async function predicted(outcome: Outcome, call: Call): Promise<Outcome> {
  const { socket } = requireConfig(call).control;
  const params = { direction: 'forward' } as const;
  const { prediction } = (await ask(socket, { method: 'cutover.plan', params })) as CutoverPlan;
  const data = { ...(outcome.data as AttemptStatus), prediction };
  return { ...outcome, data, text: `${outcome.text}\n\n${predictionText(prediction)}` };
}

/** Nobody watches any more: it goes on all the same. */
function goesOn({ signal }: Call): Outcome {
  const error = signal.aborted
    ? { code: 'INTERRUPTED', message: 'not watched any more; the attempt goes on', remedy: LOOK }
    : {
        code: 'CONTROL_BROKEN_OFF',
        message: 'the process that ran it has ended',
        remedy: `Start sluice run again: what is before the point of no return it puts back, what is behind it it ends. ${STATUS}`,
      };
  return { kind: 'Cutover', exit: signal.aborted ? EXIT.interrupted : EXIT.unreachable, data: null, text: '', error };
}

const STATUS = 'Look: sluice cutover status.';
const LOOK = `${STATUS} End it before its point of no return: sluice cutover abort.`;

function ended(attempt: AttemptStatus, { output }: Call): Outcome {
  const text = attemptLines(attempt, Date.now(), output.paint).join('\n');
  const { outcome, isRehearsal, steps, reason, writeBlockMs, writeBlockLimitMs } = attempt;
  const isRehearsed = isRehearsal && steps.every(({ phase, state }) => phase === 'beyond' || state !== 'failed');
  if (outcome === 'committed' || isRehearsed) return { kind: 'Cutover', exit: EXIT.done, data: attempt, text };
  const isLate = writeBlockMs !== null && writeBlockMs >= writeBlockLimitMs;
  const error = {
    code: 'CUTOVER_ABORTED',
    message: `everything was put back: ${reason ?? 'unknown'}`,
    remedy: 'The application writes where it did before. Mend what failed, then try again.',
  };
  return { kind: 'Cutover', exit: isLate ? EXIT.notReached : EXIT.failed, data: attempt, text, error };
}

async function status(call: Call): Promise<Outcome> {
  const data = (await running(call)) ?? (await besides(call));
  return { kind: 'Cutover', exit: EXIT.done, data, text: cutoverText(data, Date.now(), call.output.paint) };
}

/** null: no process of it runs. */
async function running(call: Call): Promise<CutoverStatus | null> {
  const { control } = requireConfig(call);
  try {
    return (await askStatus(control.socket)).cutover ?? NO_CUTOVER;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'CONTROL_UNREACHABLE') return null;
    throw error;
  }
}

/** From the journal, or its copy. */
async function besides(call: Call): Promise<CutoverStatus> {
  const config = requireConfig(call);
  const data = await call.ports.cutover?.look(config);
  if (data === undefined || (data.attempt === null && data.copied === undefined))
    throw unreachable(config.control.socket);
  return data;
}

/** No pipeline runs and the target is away: what is known without it, and what to do. */
async function led(call: Call, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'CONTROL_UNREACHABLE') throw error;
    const { copied } = await besides(call);
    if (copied === undefined) throw error;
    return targetAway(copied);
  }
}

function targetAway(copied: CopiedStatus): Outcome {
  const error = {
    code: 'CUTOVER_TARGET_AWAY',
    message: `PostgreSQL does not answer: ${copied.known.join('; ')}`,
    remedy: 'Do what is said above, in its order.',
  };
  return { kind: 'Cutover', exit: EXIT.refused, data: copied, text: copiedText(copied), error };
}

async function abort(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  const params = { by: askedBy(call) };
  const answer = await askAction(config.control.socket, { method: 'cutover.abort', params });
  if (answer === null) return await abortWithoutTarget(call, params.by);
  const attempt = answer.data as AttemptStatus;
  const text = attemptLines(attempt, Date.now(), call.output.paint).join('\n');
  if (attempt.outcome === 'aborted') return { kind: 'Cutover', exit: EXIT.done, data: attempt, text };
  const error = {
    code: 'CUTOVER_COMMITTED',
    message: 'the point of no return was passed before: nothing was put back',
    remedy:
      attempt.direction === 'forward'
        ? 'The application writes to the new side. To go back: sluice rollback run.'
        : 'The application writes to the old side again. To go over once more: sluice cutover run.',
  };
  return { kind: 'Cutover', exit: EXIT.failed, data: attempt, text, error };
}

/** No pipeline runs: while the target is there the next one puts back by itself; without it the copy tells. */
async function abortWithoutTarget(call: Call, by: string): Promise<Outcome> {
  const config = requireConfig(call);
  const copied = await call.ports.cutover?.open(config, by, call.logger);
  if (copied === undefined || copied === null) throw unreachable(config.control.socket);
  if (copied.source !== 'open') return targetAway(copied);
  return { kind: 'Cutover', exit: EXIT.done, data: copied, text: copiedText(copied) };
}

async function confirmFlip(call: Call): Promise<Outcome> {
  const { control } = requireConfig(call);
  const params = { by: askedBy(call) };
  const data = (await ask(control.socket, { method: 'cutover.confirm', params })) as AttemptStatus;
  const text = 'confirmed: the cutover goes on';
  return { kind: 'Cutover', exit: EXIT.done, data, text, nextSteps: ['sluice cutover status'] };
}

async function ask(socket: string, call: Parameters<typeof askAction>[1]): Promise<unknown> {
  const answer = await askAction(socket, call);
  if (answer === null) throw unreachable(socket);
  return answer.data;
}

function waiversOf(call: Call, by: string): readonly Waiver[] {
  const given = call.flags.get('waive');
  if (typeof given !== 'string') return [];
  return given.split(';').map((one) => {
    const [, gate, reason] = /^\s*([\w-]+)\s*=\s*(.*\S)\s*$/s.exec(one) ?? [];
    if (gate === undefined || reason === undefined) {
      throw usageError('USAGE_FLAG_VALUE', `--waive ${one}: expected GATE=REASON`, 'Every waiver has a reason.');
    }
    if (!isReason(reason))
      throw usageError('USAGE_FLAG_VALUE', `--waive ${gate}: ${REASON_RULE}`, 'Say it in one line.');
    return { gate, by, reason };
  });
}

/** The running process looks again within seconds. */
async function accept(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  const { wayBackShapes } = call.ports;
  if (wayBackShapes === undefined) throw new TypeError('no way back in this build');
  const isAll = call.operands.length === 1 && call.operands[0] === 'all';
  const tables = await wayBackShapes.accept(config, isAll ? 'all' : call.operands, askerOf(call));
  const text = tables.length === 0 ? 'the way back waits at no table' : `accepted as it is now: ${tables.join(', ')}`;
  return { kind: 'Accepted', exit: EXIT.done, data: { tables }, text, nextSteps: ['sluice cutover status'] };
}
