import { amount, instant } from './format.ts';
import type { TabProps } from './freshness-tab.tsx';

/** What came by that changes tables, and where the target is not as planned. */
export function Findings({ status: { schemaChanges, drift }, nowMs }: TabProps) {
  return (
    <>
      {schemaChanges.length > 0 && (
        <section>
          <h2>Schema changes</h2>
          <ul>
            {schemaChanges.map(({ atMs, table, what }) => (
              <li key={`${atMs} ${table} ${what}`}>
                <time dateTime={new Date(atMs).toISOString()}>{instant(atMs, nowMs)}</time> {table}: {what}
              </li>
            ))}
          </ul>
        </section>
      )}
      {drift !== null && drift.count > 0 && (
        <section>
          <h2>Drift</h2>
          <p>
            {amount(drift.count, 'difference')} between target and plan: <code>sluice schema diff</code>
          </p>
          <ul>
            {drift.differences.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
