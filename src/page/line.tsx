import type { HopLatency } from '../contract/measurement.ts';
import type { PipelineStatus, StageStatus } from '../contract/status.ts';
import { bytes, count, duration, orUnknown } from './format.ts';

type Props = { readonly status: PipelineStatus };

/** source - capture - log - apply - target. */
export function Line({ status }: Props) {
  return (
    <section>
      <h2>The line</h2>
      <ol class="line">
        <End name="Source" isConnected={status.source.isConnected} position={status.head.position} />
        {status.stages.map((stage) => (
          <Stage key={stage.name} stage={stage} />
        ))}
        <End name="Target" isConnected={status.target.isConnected} position={null} />
      </ol>
      <Latency hops={status.latency} />
      {status.catchUpEtaMs !== null && status.catchUpEtaMs > 0 && (
        <p>At this speed the lag is gone in {duration(status.catchUpEtaMs)}.</p>
      )}
    </section>
  );
}

interface EndProps {
  readonly name: string;
  readonly isConnected: boolean;
  readonly position: string | null;
}

function End({ name, isConnected, position }: EndProps) {
  return (
    <li class="end">
      <h3>{name}</h3>
      <span class={`badge ${isConnected ? 'good' : 'bad'}`}>{isConnected ? 'connected' : 'not connected'}</span>
      {position === null ? null : <code class="position">{position}</code>}
    </li>
  );
}

const TONES = {
  idle: 'good',
  busy: 'good',
  throttled: 'wait',
  retrying: 'bad',
  stalled: 'bad',
  stopped: 'bad',
} as const;

function Stage({ stage }: { readonly stage: StageStatus }) {
  return (
    <li>
      <h3>{stage.name}</h3>
      <span class={`badge ${TONES[stage.state]}`}>{stage.state}</span>
      <dl>
        <Fact name="Rate" value={`${count(stage.rowsPerSecond)} rows/s`} />
        <Fact name="Lag" value={stage.lagMs === 0 ? 'none' : orUnknown(stage.lagMs)} />
        <Fact name="Queue" value={queueOf(stage)} />
      </dl>
      {stage.position === null ? null : <code class="position">{stage.position}</code>}
    </li>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function queueOf({ backlogRows, backlogBytes }: StageStatus): string {
  if (backlogRows === null) return 'not known';
  return `${count(backlogRows)} rows${backlogBytes === null ? '' : `, ${bytes(backlogBytes)}`}`;
}

const HOPS = {
  capture: 'commit to read',
  log: 'read to durable in the log',
  apply: 'log to visible',
  total: 'commit to visible on the target',
} as const;

function Latency({ hops }: { readonly hops: readonly HopLatency[] }) {
  const measured = hops.filter(({ p50Ms }) => p50Ms !== null);
  if (measured.length === 0) return null;
  return (
    <section class="wide" tabIndex={0} aria-label="Latency">
      <table>
        <caption>Latency of source transactions, last five minutes</caption>
        <thead>
          <tr>
            <th scope="col">Hop</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
            <th scope="col">p99</th>
          </tr>
        </thead>
        <tbody>
          {measured.map(({ hop, p50Ms, p95Ms, p99Ms }) => (
            <tr key={hop}>
              <th scope="row">{HOPS[hop]}</th>
              {[p50Ms, p95Ms, p99Ms].map((ms) => (
                <td class="number">{orUnknown(ms)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
