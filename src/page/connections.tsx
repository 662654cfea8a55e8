import type { EndpointStatus } from '../contract/status.ts';
import { amount, duration, instant } from './format.ts';
import type { TabProps } from './freshness-tab.tsx';

/** Both servers, their clocks, the heartbeat between them, and how long what is needed is kept. */
export function Connections({ status, nowMs }: TabProps) {
  const { source, target, clock, heartbeat, retention } = status;
  return (
    <section>
      <h2>Connections</h2>
      <ul>
        <li>
          Source {endpointText(source)}, {clockText(clock.sourceOffsetMs)}
        </li>
        <li>
          Target {endpointText(target)}, {clockText(clock.targetOffsetMs)}
        </li>
        {heartbeat !== null && heartbeat.seenAtMs !== null && heartbeat.latencyMs !== null && (
          <li>
            Heartbeat: {duration(heartbeat.latencyMs)} from source to target, last seen{' '}
            {instant(heartbeat.seenAtMs, nowMs)}
          </li>
        )}
        {retention.map(({ log, headroomMs, detail }) => (
          <li key={log}>
            {headroomMs === null ? `${log}: ${detail}` : `${log} ${duration(headroomMs)} left at this speed: ${detail}`}
          </li>
        ))}
      </ul>
    </section>
  );
}

function endpointText({ kind, version, address, isConnected, reconnects }: EndpointStatus): string {
  const again = reconnects === 0 ? '' : `, ${amount(reconnects, 'reconnect')}`;
  return `${kind ?? ''} ${version?.replace(/ \(.*/, '') ?? ''} at ${address}: ${isConnected ? 'connected' : 'not connected'}${again}`;
}

function clockText(offsetMs: number | null): string {
  if (offsetMs === null) return 'its clock not known yet';
  return `its clock ${offsetMs < 0 ? '−' : '+'}${Math.abs(Math.round(offsetMs))} ms against ours`;
}
