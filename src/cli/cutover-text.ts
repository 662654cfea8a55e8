import type {
  AttemptStatus,
  BlockPrediction,
  CopiedStatus,
  CutoverPlan,
  CutoverStatus,
  GateStatus,
  StepStatus,
  WayBackStatus,
} from '../contract/cutover.ts';
import type { Paint } from './color.ts';
import { formatAmount, formatBytes, formatDuration, formatTable, formatTime } from './format.ts';
import { cut } from './width.ts';

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

/** What was measured may be a list of every table: in its column stands the beginning, and below it the whole. */
const LONGEST_MEASURED = 60;

export function gatesText(gates: readonly GateStatus[], paint: Paint): string {
  const red = gates.filter(({ state }) => state === 'red');
  const rows = gates.map(({ name, state, value, threshold }) => [state, name, cut(value, LONGEST_MEASURED), threshold]);
  const long = gates.filter(({ value }) => cut(value, LONGEST_MEASURED) !== value);
  const wholes = long.map(({ name, value }) => `${paint('bold', name)} measured: ${value}`);
  const cures = red.map(({ name, cure }) => `${paint('red', name)}: ${cure}`);
  const waived = gates.flatMap(({ waiver }) =>
    waiver === null ? [] : [`${paint('yellow', waiver.gate)} waived by ${waiver.by}: ${waiver.reason}`],
  );
  return [formatTable(['', 'gate', 'measured', 'wanted'], rows), ...wholes, ...cures, ...waived].join('\n');
}

/** Where the last attempt stands. */
export function cutoverText(status: CutoverStatus, nowMs: number, paint: Paint): string {
  const { attempt, gates, gatesAtMs, wayBack } = status;
  const last = attempt === null ? ['no cutover was begun yet'] : attemptLines(attempt, nowMs, paint);
  const advised = wayBack === null ? last : [...last, '', ...wayBackLines(wayBack), `advice: ${wayBack.advice}`];
  const told = status.copied === undefined ? advised : [...advised, '', copiedText(status.copied)];
  if (gatesAtMs === null) return told.join('\n');
  return [...told, '', `gates as of ${formatTime(gatesAtMs)}`, gatesText(gates, paint)].join('\n');
}

/** What is known without the target, and what to do. */
export function copiedText({ known, byHand }: CopiedStatus): string {
  const told = ['PostgreSQL does not answer. What the source knows:', ...known.map((line) => `  ${line}`)];
  return [...told, ...(byHand.length === 0 ? [] : ['What to do:', ...byHand.map((line) => `  ${line}`)])].join('\n');
}

function wayBackLines({ lagMs, rows, setAside, slot }: WayBackStatus): readonly string[] {
  const lag = lagMs === null ? 'unknown' : formatDuration(lagMs);
  const line = `way back: lag ${lag}, ${formatAmount(rows, 'row')}, ${formatAmount(setAside, 'change')} set aside`;
  if (slot === null) return [line, 'slot: not known'];
  const { behindBytes, retainedBytes, headroomBytes } = slot;
  const until = headroomBytes === null ? 'never lost' : `lost after ${formatBytes(headroomBytes)} more`;
  return [line, `slot: ${formatBytes(behindBytes)} behind, ${formatBytes(retainedBytes)} kept for it, ${until}`];
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
  const { outcome, direction, isOver, reason, endedAtMs } = attempt;
  const side = direction === 'forward' ? 'new' : 'old';
  const block = blockText(attempt);
  const since = formatDuration((endedAtMs ?? nowMs) - attempt.startedAtMs);
  if (outcome === 'running') return `under way for ${since}; ${block}${reason === null ? '' : `; ${reason}`}`;
  const end =
    outcome === 'committed' ? `the application writes to the ${side} side` : `put back (${reason ?? 'unknown'})`;
  return `${end}; ${block}; ${isOver ? `over after ${since}` : 'not over yet'}`;
}

/** Whose time it was: ours until the new side was open, then that of the flip and of the application's reload. */
function blockText({ writeBlockMs, flipMs, awayMs, writeBlockLimitMs }: AttemptStatus): string {
  if (writeBlockMs === null) return 'writes were not blocked';
  const block = `writes blocked ${formatDuration(writeBlockMs)} of at most ${formatDuration(writeBlockLimitMs)}`;
  const away = awayMs === 0 ? [] : [`${formatDuration(awayMs)} while sluice did not run`];
  if (flipMs === null) return [block, ...away].join(', of it ');
  const ours = `${formatDuration(writeBlockMs - flipMs - awayMs)} by sluice`;
  const flip = `${formatDuration(flipMs)} by the flip and the application’s reload`;
  return `${block}: ${[ours, flip, ...away].join(', ')}`;
}

function stepRow({ name, state, tookMs, detail }: StepStatus): readonly string[] {
  return [name, state, tookMs === null ? '-' : formatDuration(tookMs), detail ?? ''];
}
