import { userInfo } from 'node:os';
import type { AttemptStatus, CutoverPlan, CutoverStatus, Direction, Waiver } from '../contract/cutover.ts';
import { askAction, askStatus, unreachable } from '../control/client.ts';
import { CONFIRM_FLAG, confirm } from './confirm.ts';
import { attemptLines, cutoverText, planText, predictionText } from './cutover-text.ts';
import { followAttempt } from './cutover-watch.ts';
import { EXIT } from './exit.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Call, Flag, Verb } from './verb.ts';

const BY: Flag = {
  name: 'by',
  type: 'text',
  value: 'NAME',
  help: 'Who does it, for the evidence (default: your login).',
};
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
    run: (call) => plan(call, 'forward'),
  },
  {
    ...shared,
    name: 'cutover rehearse',
    summary: 'Does everything up to the point of no return but the fence, puts all back and predicts the write block.',
    flags: [
      { name: 'fence-test', type: 'switch', help: 'Block writes too, for as long as the drain takes, and open again.' },
      ...[BY, WAIVE, CONFIRM_FLAG],
    ],
    examples: [
      ['sluice cutover rehearse', 'by day, beside the application'],
      ['sluice cutover rehearse --fence-test', 'once, at a quiet hour: the application meets refused writes'],
    ],
    exits,
    run: (call) => run(call, 'forward', true),
  },
  {
    ...shared,
    name: 'cutover run',
    summary: "The switch: gates, fence, drain, checks, point of no return, flip. Asks for the pipeline's name.",
    flags: [BY, WAIVE, CONFIRM_FLAG],
    examples: [
      ['sluice cutover run', 'at night, with one command'],
      ['sluice cutover run --by ada --waive "drift=a view of the analysts" --confirm shop', 'without a question'],
    ],
    exits,
    run: (call) => run(call, 'forward', false),
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
    flags: [BY],
    examples: [['sluice cutover abort', 'from any terminal, until the point of no return']],
    exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.unreachable],
    run: abort,
  },
  {
    ...shared,
    name: 'cutover confirm',
    summary: 'Says that the application was flipped, or flipped back, by hand: the step that waits for it is done.',
    flags: [BY],
    examples: [['sluice cutover confirm', 'once the application is pointed to the other side']],
    exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.unreachable],
    run: confirmFlip,
  },
  {
    ...shared,
    name: 'rollback plan',
    summary: 'Prints the steps of the way back to the source, with every gate; changes nothing.',
    flags: [],
    examples: [['sluice rollback plan', 'after a cutover']],
    exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable],
    run: (call) => plan(call, 'back'),
  },
  {
    ...shared,
    name: 'rollback run',
    summary:
      "Back to the source, with every write that the target has taken: the same machine with the roles of both sides exchanged. Asks for the pipeline's name.",
    flags: [BY, WAIVE, CONFIRM_FLAG],
    examples: [['sluice rollback run', 'with one command']],
    exits,
    run: (call) => run(call, 'back', false),
  },
];

async function plan(call: Call, direction: Direction): Promise<Outcome> {
  const { control } = requireConfig(call);
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
  const by = byOf(call);
  const waivers = waiversOf(call, by);
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
        remedy: `sluice run goes on. ${LOOK}`,
      };
  return { kind: 'Cutover', exit: signal.aborted ? EXIT.interrupted : EXIT.unreachable, data: null, text: '', error };
}

const LOOK = 'Look: sluice cutover status. End it: sluice cutover abort.';

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
  const { control } = requireConfig(call);
  const none: CutoverStatus = { attempt: null, gates: [], gatesAtMs: null, wayBack: null };
  const data = (await askStatus(control.socket)).cutover ?? none;
  return { kind: 'Cutover', exit: EXIT.done, data, text: cutoverText(data, Date.now(), call.output.paint) };
}

async function abort(call: Call): Promise<Outcome> {
  const { control } = requireConfig(call);
  const params = { by: byOf(call) };
  const attempt = (await ask(control.socket, { method: 'cutover.abort', params })) as AttemptStatus;
  const text = attemptLines(attempt, Date.now(), call.output.paint).join('\n');
  if (attempt.outcome === 'aborted') return { kind: 'Cutover', exit: EXIT.done, data: attempt, text };
  const error = {
    code: 'CUTOVER_COMMITTED',
    message: 'the point of no return was passed before: nothing was put back',
    remedy: 'The application writes to the new side. To go back: sluice rollback run.',
  };
  return { kind: 'Cutover', exit: EXIT.failed, data: attempt, text, error };
}

async function confirmFlip(call: Call): Promise<Outcome> {
  const { control } = requireConfig(call);
  const params = { by: byOf(call) };
  const data = (await ask(control.socket, { method: 'cutover.confirm', params })) as AttemptStatus;
  const text = 'confirmed: the cutover goes on';
  return { kind: 'Cutover', exit: EXIT.done, data, text, nextSteps: ['sluice cutover status'] };
}

async function ask(socket: string, call: Parameters<typeof askAction>[1]): Promise<unknown> {
  const answer = await askAction(socket, call);
  if (answer === null) throw unreachable(socket);
  return answer.data;
}

function byOf(call: Call): string {
  const given = call.flags.get('by');
  if (typeof given === 'string') return given;
  try {
    return userInfo().username;
  } catch {
    throw usageError('USAGE_MISSING_FLAG', 'this account has no name', 'Say who does it: --by NAME');
  }
}

function waiversOf(call: Call, by: string): readonly Waiver[] {
  const given = call.flags.get('waive');
  if (typeof given !== 'string') return [];
  return given.split(';').map((one) => {
    const [, gate, reason] = /^\s*([\w-]+)\s*=\s*(.*\S)\s*$/s.exec(one) ?? [];
    if (gate === undefined || reason === undefined) {
      throw usageError('USAGE_FLAG_VALUE', `--waive ${one}: expected GATE=REASON`, 'Every waiver has a reason.');
    }
    return { gate, by, reason };
  });
}
