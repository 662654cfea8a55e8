import { useState } from 'preact/hooks';
import { lostPauseText, paceText } from '../contract/pace.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { Action } from './action.tsx';

/** Holds the stream to the target, and lets it go on: the same by button and by command. */
export function Pace({ status: { pace, pipeline, cutover } }: { readonly status: PipelineStatus }) {
  const [rows, setRows] = useState('1000');
  if (pace === null) return null;
  const told = [paceText(pace), pace.lost && lostPauseText(pace.lost)].filter((text) => text !== null);
  const isPaused = pace.state === 'paused';
  const isSwitching = cutover?.attempt?.isOver === false;
  const isLimit = /^\d{1,9}$/.test(rows) && Number(rows) > 0;
  const common = { pipeline, refusal: isSwitching ? 'a cutover is under way' : null };
  return (
    <section>
      <h2>Pace</h2>
      {told.map((text) => (
        <p key={text}>{text}</p>
      ))}
      <Action
        {...common}
        refusal={common.refusal ?? (isPaused ? 'it is paused' : null)}
        label="Pause"
        command="sluice pause"
        path="/api/v1/pause"
        body={{}}
      />
      <Action
        {...common}
        refusal={common.refusal ?? (isPaused ? null : 'nothing is paused')}
        label="Resume"
        command="sluice resume"
        path="/api/v1/resume"
        body={{}}
      />
      <label class="search">
        Rows a second on the target{' '}
        <input type="number" min={1} value={rows} onInput={(event) => setRows(event.currentTarget.value)} />
      </label>
      <Action
        {...common}
        refusal={common.refusal ?? (isLimit ? null : 'give rows a second, 1 or more')}
        label="Throttle"
        command={`sluice throttle ${rows}`}
        path="/api/v1/throttle"
        body={{ rowsPerSecond: Number(rows) }}
      />
      {pace.rowsPerSecond !== null && (
        <Action
          {...common}
          label="No limit"
          command="sluice throttle off"
          path="/api/v1/throttle"
          body={{ rowsPerSecond: null }}
        />
      )}
    </section>
  );
}
