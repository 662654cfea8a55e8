import { useState } from 'preact/hooks';
import type { TableFreshness } from '../contract/measurement.ts';
import type { TableStatus } from '../contract/status.ts';
import { age, count, instant } from './format.ts';
import type { TabProps } from './freshness-tab.tsx';
import { nameOf, shortNames } from './table-name.ts';

/** Rows shown before the rest is asked for. */
const FIRST = 50;
/** From so many on there is a field to search in. */
const SEARCHED = 10;

interface Row {
  readonly table: TableFreshness;
  readonly copy: TableStatus | undefined;
}

export function TableList({ status, nowMs }: TabProps) {
  const [text, setText] = useState('');
  const [isWhole, setWhole] = useState(false);
  const rows = rowsOf(status.freshness.tables, status.snapshot.tables);
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

function TableRow({ row: { table, copy }, name, nowMs }: TableRowProps) {
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
    </tr>
  );
}

/** Furthest behind first, then by name. */
function rowsOf(tables: readonly TableFreshness[], copies: readonly TableStatus[]): readonly Row[] {
  const copyOf = new Map(copies.map((copy) => [nameOf(copy), copy]));
  const level = Math.max(...tables.map(({ completeToMs }) => completeToMs ?? 0)) - LEVEL_MS;
  const rank = ({ completeToMs }: TableFreshness) => (completeToMs === null ? 0 : Math.min(completeToMs, level));
  return [...tables]
    .sort((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b)))
    .map((table) => ({ table, copy: copyOf.get(nameOf(table)) }));
}

/** Less than this is no difference: rows must not change places with every look. */
const LEVEL_MS = 5_000;
