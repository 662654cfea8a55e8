import { useState } from 'preact/hooks';
import type { TableFreshness } from '../contract/measurement.ts';
import type { PipelineStatus, TableStatus } from '../contract/status.ts';
import type { TableVerified } from '../contract/verify.ts';
import { age, amount, count, instant } from './format.ts';
import type { TabProps } from './freshness-tab.tsx';
import { nameOf, shortNames } from './table-name.ts';

/** Rows shown before the rest is asked for. */
const FIRST = 50;
/** From so many on there is a field to search in. */
const SEARCHED = 10;

interface Row {
  readonly table: TableFreshness;
  readonly copy: TableStatus | undefined;
  readonly verified: TableVerified | undefined;
}

export function TableList({ status, nowMs }: TabProps) {
  const [text, setText] = useState('');
  const [isWhole, setWhole] = useState(false);
  const rows = rowsOf(status);
  const found = rows.filter(({ table }) => nameOf(table).includes(text));
  const shown = isWhole ? found : found.slice(0, FIRST);
  const shortOf = shortNames(status.freshness.tables);
  if (rows.length === 0) return null;
  return (
    <section>
      <h2 id="tables-title">Tables</h2>
      {rows.length >= SEARCHED && (
        <label class="search">
          Name contains <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
      )}
      <section class="wide" tabIndex={0} aria-labelledby="tables-title">
        <table>
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col">State</th>
              <th scope="col">Complete up to</th>
              <th scope="col">Behind</th>
              <th scope="col">Changes today</th>
              <th scope="col">Last verified</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <TableRow key={nameOf(row.table)} row={row} name={shortOf(row.table)} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
      </section>
      {found.length > shown.length && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {count(found.length)}
        </button>
      )}
    </section>
  );
}

interface TableRowProps {
  readonly row: Row;
  readonly name: string;
  readonly nowMs: number;
}

function TableRow({ row: { table, copy, verified }, name, nowMs }: TableRowProps) {
  const to = table.completeToMs;
  const phase = copy?.phase ?? 'streaming';
  const tone = phase === 'paused' || phase === 'failed' ? 'bad' : phase === 'streaming' ? 'good' : 'wait';
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <span class={`badge ${tone}`}>{phase}</span>
        {copy?.advice ? <span class="advice"> {copy.advice}</span> : null}
      </td>
      <td>{to === null ? 'not complete' : instant(to, nowMs)}</td>
      <td class="number">{to === null ? '–' : age(nowMs - to)}</td>
      <td class="number">{count(table.changesToday)}</td>
      <td>
        <Verified verified={verified} nowMs={nowMs} />
      </td>
    </tr>
  );
}

function Verified({ verified, nowMs }: { readonly verified: TableVerified | undefined; readonly nowMs: number }) {
  if (verified === undefined || verified.verifiedAtMs === null) return <>not yet</>;
  const { state, verifiedAtMs, differenceCount, causes, changesSince, advice } = verified;
  const since = changesSince === null || changesSince === 0 ? '' : `, ${amount(changesSince, 'change')} since`;
  const found = differenceCount === 0 ? state : amount(differenceCount, 'difference');
  return (
    <>
      <span class={`badge ${differenceCount > 0 ? 'bad' : state === 'equal' ? 'good' : 'wait'}`}>{found}</span>{' '}
      {instant(verifiedAtMs, nowMs)}
      {since}
      {causes.map((cause) => (
        <span key={cause} class="advice">
          {' '}
          Maybe because {cause}
        </span>
      ))}
      {advice === null ? null : <span class="advice"> {advice}</span>}
    </>
  );
}

/** Furthest behind first, then by name. */
function rowsOf({ freshness: { tables }, snapshot, verify }: PipelineStatus): readonly Row[] {
  const copyOf = new Map(snapshot.tables.map((copy) => [nameOf(copy), copy]));
  const verifiedOf = new Map((verify?.tables ?? []).map((one) => [nameOf(one), one]));
  const level = Math.max(...tables.map(({ completeToMs }) => completeToMs ?? 0)) - LEVEL_MS;
  const rank = ({ completeToMs }: TableFreshness) => (completeToMs === null ? 0 : Math.min(completeToMs, level));
  return [...tables]
    .sort((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b)))
    .map((table) => ({ table, copy: copyOf.get(nameOf(table)), verified: verifiedOf.get(nameOf(table)) }));
}

/** Less than this is no difference: rows must not change places with every look. */
const LEVEL_MS = 5_000;
