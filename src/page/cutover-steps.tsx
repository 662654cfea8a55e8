import type { AttemptStatus, StepPhase, StepStatus } from '../contract/cutover.ts';
import { duration, instant } from './format.ts';

const TONES = { waiting: 'wait', running: 'wait', done: 'good', failed: 'bad', undone: 'wait' } as const;
const PHASES: Readonly<Record<StepPhase, string>> = {
  prepare: 'while the application writes as ever',
  blocked: 'while writes are blocked',
  beyond: 'behind the point of no return',
};

/** Each step of the last attempt, with when, how long and what came of it. */
export function Steps({ attempt, nowMs }: { readonly attempt: AttemptStatus; readonly nowMs: number }) {
  return (
    <section>
      <h2>Steps</h2>
      <ol class="steps">
        {attempt.steps.map((step, at) => (
          <Step key={step.name} step={step} isFirst={attempt.steps[at - 1]?.phase !== step.phase} nowMs={nowMs} />
        ))}
      </ol>
    </section>
  );
}

interface StepProps {
  readonly step: StepStatus;
  /** Of its phase. */
  readonly isFirst: boolean;
  readonly nowMs: number;
}

function Step({ step: { name, title, phase, state, startedAtMs, tookMs, detail }, isFirst, nowMs }: StepProps) {
  return (
    <li class={state}>
      {isFirst && <p class="phase">{PHASES[phase]}</p>}
      <p>
        <strong>{name}</strong> <span class={`badge ${TONES[state]}`}>{state}</span>{' '}
        {startedAtMs === null ? '' : instant(startedAtMs, nowMs)}
        {tookMs === null ? '' : `, took ${duration(tookMs)}`}
      </p>
      <p>{title}</p>
      {detail === null ? null : <p class="remedy">{detail}</p>}
    </li>
  );
}
