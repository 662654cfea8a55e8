import { useState } from 'preact/hooks';
import type {
  AttemptStatus,
  BlockPrediction,
  CopiedStatus,
  CutoverStatus,
  ReverseSlotStatus,
  WayBackStatus,
} from '../contract/cutover.ts';
import { CutoverActions } from './cutover-actions.tsx';
import { Gates } from './cutover-gates.tsx';
import { Steps } from './cutover-steps.tsx';
import { amount, bytes, duration, instant, orUnknown } from './format.ts';
import type { TabProps } from './freshness-tab.tsx';

/** For the operator who flips the application: what stands against it, what was done, how long writes are blocked. */
export function CutoverTab({ status, nowMs }: TabProps) {
  const [reasons, setReasons] = useState<Readonly<Record<string, string>>>({});
  const { cutover, pipeline } = status;
  if (cutover === null) {
    return (
      <p class="starting">This process does no cutover: it is done where one process both captures and applies.</p>
    );
  }
  const say = (gate: string, reason: string) => setReasons({ ...reasons, [gate]: reason });
  return (
    <>
      <section class={`sentence ${toneOf(cutover)}`} aria-label="Where the cutover stands">
        <p>{sentenceOf(cutover)}</p>
        {cutover.attempt && <Clock attempt={cutover.attempt} />}
        <Prediction prediction={cutover.prediction} limitMs={cutover.attempt?.writeBlockLimitMs ?? null} />
      </section>
      {cutover.copied && <Copied copied={cutover.copied} />}
      {cutover.wayBack && <WayBack wayBack={cutover.wayBack} />}
      <CutoverActions cutover={cutover} pipeline={pipeline} reasons={reasons} />
      <Gates cutover={cutover} nowMs={nowMs} reasons={reasons} say={say} />
      {cutover.attempt && <Steps attempt={cutover.attempt} nowMs={nowMs} />}
    </>
  );
}

function Clock({
  attempt: { writeBlockMs, flipMs, awayMs, writeBlockLimitMs, startedBy, startedAtMs, waivers },
}: {
  readonly attempt: AttemptStatus;
}) {
  return (
    <ul>
      <li>
        {writeBlockMs === null
          ? 'Writes were not blocked'
          : `Writes blocked ${(writeBlockMs / 1000).toFixed(1)} s, limit ${duration(writeBlockLimitMs)}`}
        {awayMs > 0 && `, of which ${(awayMs / 1000).toFixed(1)} s while sluice did not run`}
        {flipMs !== null && `, of which ${(flipMs / 1000).toFixed(1)} s by the flip and the application’s reload`}
      </li>
      <li>
        Begun by {startedBy} at {instant(startedAtMs, startedAtMs)}
      </li>
      {waivers.map(({ gate, by, reason }) => (
        <li key={gate}>
          {gate} waived by {by}: {reason}
        </li>
      ))}
    </ul>
  );
}

/** What the next switch will cost, by what was measured before. */
function Prediction({
  prediction,
  limitMs,
}: {
  readonly prediction: BlockPrediction | null;
  readonly limitMs: number | null;
}) {
  if (prediction === null) {
    return <p>How long writes will be blocked is not known: a rehearsal with the fence measures it.</p>;
  }
  const { writeBlockMs, parts, notMeasured } = prediction;
  const limit = limitMs === null ? '' : `, limit ${duration(limitMs)}`;
  const told = parts.map(({ step, tookMs }) => `${step} ${duration(tookMs)}`).join(', ');
  return (
    <p>
      Writes will be blocked for about {duration(writeBlockMs)}
      {limit}, then the flip: {told}.
      {notMeasured.length > 0 && ` Not measured, and missing in the sum: ${notMeasured.join(', ')}.`}
    </p>
  );
}

/** While the target is out of reach: what its journal's copy on the source tells. */
function Copied({ copied: { known, byHand } }: { readonly copied: CopiedStatus }) {
  return (
    <section>
      <h2>PostgreSQL does not answer</h2>
      <p>What the source knows:</p>
      <ul>
        {known.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {byHand.length > 0 && <p>What to do:</p>}
      <ol>
        {byHand.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </section>
  );
}

function WayBack({ wayBack }: { readonly wayBack: WayBackStatus }) {
  const { lagMs, rows, setAside, waitsFor, slot, advice } = wayBack;
  return (
    <section>
      <h2>The way back</h2>
      <p>
        {waitsFor ??
          `What is written to the new side is streamed back: lag ${orUnknown(lagMs)}, ${amount(rows, 'row')}.`}
      </p>
      <p>{advice}</p>
      {setAside > 0 && <p>{amount(setAside, 'change')} that the old side cannot hold: on the new side alone.</p>}
      {slot && <p>{slotSentence(slot)}</p>}
    </section>
  );
}

function slotSentence({ retainedBytes, headroomBytes }: ReverseSlotStatus): string {
  const kept = `The new side keeps ${bytes(retainedBytes)} of its log for the way back`;
  return headroomBytes === null ? `${kept}.` : `${kept}; after ${bytes(headroomBytes)} more the way back may be lost.`;
}

function sentenceOf({ attempt, gates }: CutoverStatus): string {
  const red = gates.filter(({ state }) => state === 'red').length;
  if (attempt === null || (attempt.isOver && attempt.outcome === 'aborted' && attempt.isRehearsal)) {
    const rehearsed = attempt === null ? '' : ` The last rehearsal ended: ${attempt.reason ?? ''}.`;
    if (gates.length === 0) return `The gates have not been looked at yet.${rehearsed}`;
    return red === 0 ? `Every gate is open.${rehearsed}` : `${red} of ${gates.length} gates are red.${rehearsed}`;
  }
  const what = attempt.isRehearsal ? 'rehearsal' : attempt.direction === 'forward' ? 'cutover' : 'rollback';
  if (attempt.outcome === 'running') return `A ${what} is under way.`;
  if (attempt.outcome === 'aborted') return `The ${what} was put back: ${attempt.reason ?? 'unknown'}.`;
  if (attempt.direction === 'back' && attempt.isOver) return 'Gone back: the application writes to the old side again.';
  return attempt.isOver
    ? 'Done: the application writes to the new side.'
    : 'Past the point of no return: the new side takes the writes; what is left is being done.';
}

function toneOf({ attempt, gates }: CutoverStatus): string {
  if (attempt?.outcome === 'committed') return 'good';
  if (attempt?.outcome === 'running') return 'wait';
  if (attempt?.outcome === 'aborted' && !attempt.isRehearsal) return 'bad';
  return gates.length > 0 && gates.every(({ state }) => state !== 'red') ? 'good' : 'wait';
}
