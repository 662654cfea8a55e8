import type {
  AttemptStatus,
  BlockPrediction,
  CutoverPlan,
  CutoverStatus,
  GateStatus,
  StepStatus,
} from '../contract/cutover.ts';
import type { Paint } from './color.ts';
import { formatDuration, formatTable, formatTime } from './format.ts';

/** What `sluice cutover run` would do, and whether it may. */
export function planText({ gates, steps, writeBlockLimitMs, prediction }: CutoverPlan, paint: Paint): string {
  const blocks = steps.map((step, at) => {
    const words = step.describe.map((line) => `      ${line}`);
    return [`${String(at + 1).padStart(3)}  ${paint('bold', step.name)}  ${step.title}`, ...words].join('\n');
  });
  const fenceAt = steps.findIndex(({ phase }) => phase === 'blocked');
  const returnAt = steps.findIndex(({ phase }) => phase === 'beyond');
  const marked = blocks.flatMap((block, at) => [
    ...(at === fenceAt ? [`-- from here writes are blocked, for at most ${formatDuration(writeBlockLimitMs)}`] : []),
    ...(at === returnAt ? ['-- point of no return: until here everything is put back by itself'] : []),
    block,
  ]);
  return [...marked, '', predictionText(prediction), '', gatesText(gates, paint)].join('\n');
}

/** What of the night the application will notice. */
export function predictionText(prediction: BlockPrediction | null): string {
  if (prediction === null) return 'predicted write block: nothing was measured yet';
  const { writeBlockMs, parts, notMeasured } = prediction;
  const told = parts.map(({ step, tookMs, attempt }) => `${step} ${formatDuration(tookMs)} (in ${attempt})`).join(', ');
  const missing = notMeasured.map((step) => `; ${step} not measured`).join('');
  const hint = notMeasured.length === 0 ? '' : '. Measure: sluice cutover rehearse --fence-test';
  return `predicted write block: ${formatDuration(writeBlockMs)}, then the flip: ${told}${missing}${hint}`;
}

export function gatesText(gates: readonly GateStatus[], paint: Paint): string {
  const red = gates.filter(({ state }) => state === 'red');
  const rows = gates.map(({ name, state, value, threshold }) => [state, name, value, threshold]);
  const cures = red.map(({ name, cure }) => `${paint('red', name)}: ${cure}`);
  const waived = gates.flatMap(({ waiver }) =>
    waiver === null ? [] : [`${paint('yellow', waiver.gate)} waived by ${waiver.by}: ${waiver.reason}`],
  );
  return [formatTable(['gate', '', 'measured', 'wanted'], rows), ...cures, ...waived].join('\n');
}

/** Where the last attempt stands. */
export function cutoverText(status: CutoverStatus, nowMs: number, paint: Paint): string {
  const { attempt, gates, gatesAtMs, wayBack } = status;
  const last = attempt === null ? ['no cutover was begun yet'] : attemptLines(attempt, nowMs, paint);
  const told = wayBack === null ? last : [...last, '', `advice: ${wayBack.advice}`];
  if (gatesAtMs === null) return told.join('\n');
  return [...told, '', `gates as of ${formatTime(gatesAtMs)}`, gatesText(gates, paint)].join('\n');
}

export function attemptLines(attempt: AttemptStatus, nowMs: number, paint: Paint): readonly string[] {
  const { id, isRehearsal, startedBy, startedAtMs, steps } = attempt;
  const what = isRehearsal ? 'rehearsal' : attempt.direction === 'forward' ? 'cutover' : 'rollback';
  return [
    `${paint('bold', `${what} ${id}`)}, begun by ${startedBy} at ${formatTime(startedAtMs)}: ${outcomeText(attempt, nowMs)}`,
    formatTable(['step', '', 'took', ''], steps.map(stepRow)),
  ];
}

export function outcomeText(attempt: AttemptStatus, nowMs: number): string {
  const { outcome, direction, isOver, reason, writeBlockMs, writeBlockLimitMs, endedAtMs } = attempt;
  const side = direction === 'forward' ? 'new' : 'old';
  const block =
    writeBlockMs === null
      ? 'writes were not blocked'
      : `writes blocked ${formatDuration(writeBlockMs)} of at most ${formatDuration(writeBlockLimitMs)}`;
  const since = formatDuration((endedAtMs ?? nowMs) - attempt.startedAtMs);
  if (outcome === 'running') return `under way for ${since}; ${block}`;
  const end =
    outcome === 'committed' ? `the application writes to the ${side} side` : `put back (${reason ?? 'unknown'})`;
  return `${end}; ${block}; ${isOver ? `over after ${since}` : 'not over yet'}`;
}

function stepRow({ name, state, tookMs, detail }: StepStatus): readonly string[] {
  return [name, state, tookMs === null ? '-' : formatDuration(tookMs), detail ?? ''];
}
