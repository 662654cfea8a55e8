import { bottleneckOf } from '../contract/bottleneck.ts';
import { Connections } from './connections.tsx';
import { ErrorList } from './error-list.tsx';
import { Findings } from './findings.tsx';
import type { TabProps } from './freshness-tab.tsx';
import { Line } from './line.tsx';
import { Quarantine } from './quarantine.tsx';
import { Snapshot } from './snapshot.tsx';

/** For whoever keeps it running. */
export function OperationsTab({ status, nowMs }: TabProps) {
  return (
    <>
      <section class="sentence plain" aria-label="What holds the stream up">
        <p>Held up by: {bottleneckOf(status)}.</p>
      </section>
      <Line status={status} />
      <Snapshot status={status} />
      <Quarantine status={status} />
      <ErrorList status={status} nowMs={nowMs} />
      <Connections status={status} nowMs={nowMs} />
      <Findings status={status} nowMs={nowMs} />
      <details>
        <summary>Raw JSON</summary>
        <pre tabIndex={0}>{JSON.stringify(status, null, 2)}</pre>
      </details>
    </>
  );
}
