import type { BesideStatus } from '../contract/compared-object.ts';
import { amount, count, instant } from './format.ts';
import type { TabProps } from './freshness-tab.tsx';

/** What came by that changes tables, and where the target is not as planned. */
export function Findings({ status: { schemaChanges, drift, beside }, nowMs }: TabProps) {
  return (
    <>
      {beside !== null && <Beside beside={beside} nowMs={nowMs} />}
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

const TONES = { different: 'bad', 'not-compared': 'wait', equal: 'good' } as const;

/** Sequences, constraints, indexes, triggers, views, counts: what the application leans on after the cutover. */
function Beside({ beside, nowMs }: { readonly beside: BesideStatus; readonly nowMs: number }) {
  const { comparedAtMs, equal, different, notCompared, objects } = beside;
  return (
    <section>
      <h2>Beside the rows</h2>
      <p>
        Compared {instant(comparedAtMs, nowMs)}: {count(equal)} equal, {count(different)} different,{' '}
        {count(notCompared)} not compared. Now: <code>sluice verify</code>
      </p>
      <ul>
        {objects.map(({ name, object, state, reason, cure }) => (
          <li key={`${name} ${object}`}>
            <span class={`badge ${TONES[state]}`}>{state === 'equal' ? 'by a rule' : state}</span> {name} {object}
            {reason === null ? null : `: ${reason}`}
            {cure === null ? null : <span class="advice"> {cure}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
