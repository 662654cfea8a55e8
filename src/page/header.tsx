import type { PaceStatus } from '../contract/pace.ts';
import type { EndpointStatus, PipelineState } from '../contract/status.ts';
import type { Seen } from './app.tsx';
import { age, orUnknown } from './format.ts';

const TONES: Readonly<Record<PipelineState, 'good' | 'wait' | 'bad'>> = {
  starting: 'wait',
  loading: 'wait',
  streaming: 'good',
  'cut-over': 'good',
  retrying: 'bad',
  stopping: 'wait',
  stopped: 'bad',
  failed: 'bad',
};

export function Header({ seen }: { readonly seen: Seen }) {
  const { status, ageMs, isCut } = seen;
  const held = status && heldText(status.pace);
  return (
    <header class={isCut ? 'cut' : ''}>
      <h1>
        <span class="brand">sluice</span> {status?.pipeline ?? ''}
      </h1>
      {status && (
        <p class="way">
          <Endpoint endpoint={status.source} /> <span aria-hidden="true">→</span> <Endpoint endpoint={status.target} />
        </p>
      )}
      <dl class="facts">
        {status && (
          <>
            <div>
              <dt>State</dt>
              <dd>
                <span class={`badge ${held === null ? TONES[status.state] : 'bad'}`}>{status.state}</span>
                {held !== null && <span class="badge bad">{held}</span>}
              </dd>
            </div>
            <div>
              <dt>Lag</dt>
              <dd>{status.isCaughtUp ? 'none' : orUnknown(status.lagMs)}</dd>
            </div>
          </>
        )}
        <div>
          <dt>Shown</dt>
          <dd class={isCut ? 'old' : ''}>{ageMs === null ? 'nothing yet' : `as of ${age(ageMs)} ago`}</dd>
        </div>
      </dl>
      <p role="status" class="cut-note">
        {isCut ? cutText(status?.state ?? null) : ''}
      </p>
    </header>
  );
}

/** What a person has asked of the stream; the rest is said where it can be changed. */
function heldText(pace: PaceStatus | null): string | null {
  return pace === null || pace.state === 'free' ? null : pace.state;
}

function cutText(state: PipelineState | null): string {
  return state === 'stopped' || state === 'failed'
    ? `The pipeline has ${state}: what is shown is its last word.`
    : 'The stream is cut: what is shown is old. Trying again.';
}

function Endpoint({ endpoint }: { readonly endpoint: EndpointStatus }) {
  const { kind, version, address, isConnected } = endpoint;
  return (
    <span class="endpoint">
      {kind ?? 'server'} {version?.replace(/ \(.*/, '') ?? ''} <code>{address}</code>
      {isConnected ? '' : ' (not connected)'}
    </span>
  );
}
