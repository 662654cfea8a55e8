import type { StartStatus, StartStep } from '../contract/start.ts';
import { amount, duration, instant } from './format.ts';

const WORDS = {
  init: 'The configuration is being made',
  check: 'Servers, rights, tables and data are being looked at',
  assess: 'The database is being assessed',
  run: 'The pipeline is starting: both servers are looked at before anything is begun',
} as const;

const TONES = { running: 'wait', done: 'good', refused: 'bad', failed: 'bad' } as const;

/** How a migration starts, before a pipeline stands: what is looked at, what was found, what to do next. */
export function StartView({ start, isCut }: { readonly start: StartStatus; readonly isCut: boolean }) {
  const { verb, state, steps, error, next, startedAtMs } = start;
  return (
    <>
      <section class={`sentence ${TONES[state]}`} aria-label="How the start goes">
        <p>{sentenceOf(start)}</p>
        <ul>
          <li>
            <code>sluice {verb}</code> begun at {instant(startedAtMs, startedAtMs)}
            {isCut && state === 'running' ? '; it has ended or is out of reach' : ''}
          </li>
          {error !== null && <li>{error.remedy}</li>}
          {next.map((command) => (
            <li key={command}>
              next: <code>{command}</code>
            </li>
          ))}
        </ul>
      </section>
      <StartFindings start={start} />
      <section>
        <h2>What was done</h2>
        <ol class="steps">
          {steps.map((step) => (
            <Step key={`${step.startedAtMs} ${step.title}`} step={step} />
          ))}
        </ol>
      </section>
    </>
  );
}

function sentenceOf({ verb, state, error, findingCount }: StartStatus): string {
  switch (state) {
    case 'running':
      return `${WORDS[verb]}.`;
    case 'done':
      return findingCount === 0
        ? 'Done, and nothing was found.'
        : `Done, with ${amount(findingCount, 'finding')} that stop nothing.`;
    case 'refused':
    case 'failed':
      return `${error?.message ?? 'It ended'} (${error?.code ?? ''}).`;
  }
}

/** Each thing that was found, with the statements or lines that cure it. */
export function StartFindings({ start: { findings, findingCount } }: { readonly start: StartStatus }) {
  if (findings.length === 0) return null;
  return (
    <section>
      <h2>Findings</h2>
      <ul class="found">
        {findings.map(({ severity, object, message, code, cure }, at) => (
          <li key={`${at} ${code} ${object}`}>
            <p>
              <span class={`badge ${severity === 'blocker' ? 'bad' : 'wait'}`}>{severity}</span>{' '}
              <strong>{object}</strong>: {message} ({code})
            </p>
            {cure.length > 0 && <pre tabIndex={0}>{cure.join('\n')}</pre>}
          </li>
        ))}
      </ul>
      {findingCount > findings.length && <p>and {amount(findingCount - findings.length, 'more finding')}</p>}
    </section>
  );
}

function Step({ step: { title, startedAtMs, tookMs } }: { readonly step: StartStep }) {
  const state = tookMs === null ? 'running' : 'done';
  return (
    <li class={state}>
      <p>
        {title} <span class={`badge ${tookMs === null ? 'wait' : 'good'}`}>{state}</span>{' '}
        {instant(startedAtMs, startedAtMs)}
        {tookMs === null ? '' : `, took ${duration(tookMs)}`}
      </p>
    </li>
  );
}
