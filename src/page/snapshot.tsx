import { heldCopyText } from '../contract/pace.ts';
import type { PipelineStatus, TableStatus } from '../contract/status.ts';
import { amount, count, duration } from './format.ts';
import { nameOf, shortNames } from './table-name.ts';

const SHOWN = 30;
const ORDER = ['failed', 'paused', 'copying', 'waiting', 'copied', 'streaming'];

/** How far the copying of existing rows is; nothing once it is long done. */
export function Snapshot({ status: { snapshot, pace } }: { readonly status: PipelineStatus }) {
  const open = snapshot.tables.filter(({ phase }) => phase !== 'streaming');
  if (snapshot.state === 'none' || open.length === 0) return null;
  const sorted = [...open].sort((a, b) => ORDER.indexOf(a.phase) - ORDER.indexOf(b.phase));
  const shortOf = shortNames(snapshot.tables);
  const eta = snapshot.etaMs === null ? '' : `, about ${duration(snapshot.etaMs)} left`;
  return (
    <section>
      <h2>Snapshot</h2>
      <p>
        {count(snapshot.rowsDone)} of about {amount(snapshot.rowsEstimate, 'row')}, {count(snapshot.rowsPerSecond)}{' '}
        rows/s{snapshot.state === 'copying' ? `${eta}${heldCopyText(pace)}` : ''}
      </p>
      <ul class="bars">
        {sorted.slice(0, SHOWN).map((table) => (
          <Bar key={nameOf(table)} table={table} name={shortOf(table)} />
        ))}
      </ul>
      {sorted.length > SHOWN && <p>and {amount(sorted.length - SHOWN, 'more table')}</p>}
    </section>
  );
}

function Bar({ table, name }: { readonly table: TableStatus; readonly name: string }) {
  const { phase, rowsDone, rowsEstimate, rowsPerSecond, etaMs, advice } = table;
  const pace =
    phase === 'copying' ? `, ${count(rowsPerSecond)} rows/s${etaMs === null ? '' : `, ${duration(etaMs)} left`}` : '';
  return (
    <li>
      <span class="name">{name}</span>
      <progress
        value={Math.min(rowsDone, rowsEstimate)}
        max={Math.max(1, rowsEstimate)}
        aria-label={`${name} copied`}
      />
      <span>
        {phase}: {count(rowsDone)} of {count(rowsEstimate)}
        {pace}
        {advice === null ? '' : ` – ${advice}`}
      </span>
    </li>
  );
}
