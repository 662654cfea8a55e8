import { count, instant } from './format.ts';
import type { TabProps } from './freshness-tab.tsx';

/** The last failures, newest first. */
export function ErrorList({ status: { errors, counters }, nowMs }: TabProps) {
  const all = counters.errors.reduce((sum, one) => sum + one.count, 0);
  return (
    <section>
      <h2>Errors</h2>
      {errors.length === 0 ? (
        <p>None since the process started.</p>
      ) : (
        <>
          <p>
            {count(all)} since the process started, {count(counters.retries)} tried again.
          </p>
          <ol class="errors">
            {errors.map(({ atMs, stage, code, message, remedy, attempt, nextTryAtMs }) => (
              <li key={`${atMs} ${code} ${attempt}`}>
                <p>
                  <time dateTime={new Date(atMs).toISOString()}>{instant(atMs, nowMs)}</time> {stage}{' '}
                  <strong>{code}</strong>, attempt {attempt}
                  {nextTryAtMs === null ? '' : `, next try at ${instant(nextTryAtMs, nowMs)}`}
                </p>
                <p>{message}</p>
                <p class="remedy">{remedy}</p>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
