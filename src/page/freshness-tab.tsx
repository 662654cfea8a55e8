import type { PipelineStatus } from '../contract/status.ts';
import { instant } from './format.ts';
import { LagChart } from './lag-chart.tsx';
import { freshnessSentence } from './sentence.ts';
import { TableList } from './table-list.tsx';

export interface TabProps {
  readonly status: PipelineStatus;
  readonly nowMs: number;
  /** What is shown is old: nothing of it is called good. */
  readonly isCut?: boolean;
}

/** For whoever is about to believe a number on the target. */
export function FreshnessTab({ status, nowMs, isCut = false }: TabProps) {
  const { tone, text, more } = freshnessSentence(status, nowMs);
  return (
    <>
      <section class={`sentence ${isCut ? 'bad' : tone}`} aria-label="How fresh the target is">
        <p>{text}</p>
        {more.length > 0 && (
          <ul>
            {more.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </section>
      <LagChart status={status} />
      <TableList status={status} nowMs={nowMs} />
      <HowMeasured status={status} nowMs={nowMs} />
    </>
  );
}

function HowMeasured({ status, nowMs }: TabProps) {
  const { source, clock, freshness, head } = status;
  return (
    <details class="how">
      <summary>How is this measured?</summary>
      <p>
        <strong>Complete up to</strong> is an instant: everything that the source had committed by then is visible on
        the target. A table that is paused, or of which changes wait in quarantine, keeps the instant that it had; the
        table that is furthest behind decides for the whole.
      </p>
      <p>
        <strong>Lag</strong> is now minus the commit time of the oldest change that is not visible yet. It is none only
        while the target stands at the end of the source’s log as asked less than 10 s ago
        {head.polledAtMs === null ? '' : ` (last asked ${instant(head.polledAtMs, nowMs)})`}. When the source cannot be
        asked there is no lag, not an old one.
      </p>
      <p>
        <strong>Changes today</strong> are rows created, updated and deleted on the target since{' '}
        {instant(freshness.countedSinceMs, nowMs)}; copied rows are not counted.
      </p>
      <p>
        The source’s clock is {clock.sourceOffsetMs === null ? 'not known yet' : offsetText(clock.sourceOffsetMs)}, and
        commit times are corrected by that.
        {source.kind === 'mariadb'
          ? ' MariaDB tells commit times in whole seconds: lag is up to a second too long.'
          : ''}
      </p>
      <p>
        On the target the same facts are in <code>SELECT * FROM sluice.freshness</code>.
      </p>
    </details>
  );
}

function offsetText(offsetMs: number): string {
  const size = Math.round(Math.abs(offsetMs));
  return size < 2 ? 'level with ours' : `${size} ms ${offsetMs > 0 ? 'ahead of' : 'behind'} ours`;
}
