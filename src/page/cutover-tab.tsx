import { useState } from 'preact/hooks';
import type { AttemptStatus, CutoverStatus, WayBackStatus } from '../contract/cutover.ts';
import { CutoverActions } from './cutover-actions.tsx';
import { Gates } from './cutover-gates.tsx';
import { Steps } from './cutover-steps.tsx';
import { amount, duration, instant, orUnknown } from './format.ts';
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
      </section>
      {cutover.wayBack && <WayBack wayBack={cutover.wayBack} />}
      <CutoverActions cutover={cutover} pipeline={pipeline} reasons={reasons} />
      <Gates cutover={cutover} nowMs={nowMs} reasons={reasons} say={say} />
      {cutover.attempt && <Steps attempt={cutover.attempt} nowMs={nowMs} />}
    </>
  );
}

function Clock({
  attempt: { writeBlockMs, writeBlockLimitMs, startedBy, startedAtMs, waivers },
}: {
  readonly attempt: AttemptStatus;
}) {
  return (
    <ul>
      <li>
        {writeBlockMs === null
          ? 'Writes were not blocked'
          : `Writes blocked ${(writeBlockMs / 1000).toFixed(1)} s, limit ${duration(writeBlockLimitMs)}`}
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

function WayBack({ wayBack: { lagMs, rows, setAside, waitsFor } }: { readonly wayBack: WayBackStatus }) {
  return (
    <section>
      <h2>The way back</h2>
      <p>
        {waitsFor ??
          `What is written to the new side is streamed back: lag ${orUnknown(lagMs)}, ${amount(rows, 'row')}.`}
      </p>
      {setAside > 0 && <p>{amount(setAside, 'change')} that the old side cannot hold: on the new side alone.</p>}
    </section>
  );
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
