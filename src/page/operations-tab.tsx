import { bottleneckOf } from '../contract/bottleneck.ts';
import type { StartStatus } from '../contract/start.ts';
import { Connections } from './connections.tsx';
import { ErrorList } from './error-list.tsx';
import { Findings } from './findings.tsx';
import { amount } from './format.ts';
import type { TabProps } from './freshness-tab.tsx';
import { Line } from './line.tsx';
import { Pace } from './pace.tsx';
import { Quarantine } from './quarantine.tsx';
import { Snapshot } from './snapshot.tsx';
import { StartFindings } from './start-view.tsx';

/** For whoever keeps it running. */
export function OperationsTab({ status, nowMs, start }: TabProps & { readonly start: StartStatus | null }) {
  return (
    <>
      <section class="sentence plain" aria-label="What holds the stream up">
        <p>Held up by: {bottleneckOf(status)}.</p>
      </section>
      <Line status={status} />
      <Pace status={status} />
      <Snapshot status={status} />
      <Quarantine status={status} />
      <ErrorList status={status} nowMs={nowMs} />
      <Connections status={status} nowMs={nowMs} />
      <Findings status={status} nowMs={nowMs} />
      {start !== null && start.findings.length > 0 && (
        <details>
          <summary>Found at the start: {amount(start.findingCount, 'finding')}</summary>
          <StartFindings start={start} />
        </details>
      )}
      <details>
        <summary>Raw JSON</summary>
        <pre tabIndex={0}>{JSON.stringify(status, null, 2)}</pre>
      </details>
    </>
  );
}
