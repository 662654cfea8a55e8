import type { RowDifference, TableVerification, VerifyProgress, VerifyReport } from '../contract/verify.ts';
import type { Paint } from './color.ts';
import { formatAmount, formatCount, formatDuration, formatTable } from './format.ts';

/** Differences of one table that are shown to people; JSON has more. */
const SHOWN = 20;

export function progressText(progress: VerifyProgress): string {
  const { rowsDone, rowsEstimate, rowsPerSecond, etaMs, differenceCount, running, waitingFor } = progress;
  const percent = Math.min(99, Math.floor((100 * rowsDone) / Math.max(1, rowsEstimate)));
  const eta = etaMs === null ? 'not known yet' : formatDuration(etaMs);
  return [
    `verify: ${formatCount(rowsDone)} of about ${formatCount(rowsEstimate)} rows (${percent} %), ${formatCount(rowsPerSecond)} rows/s, ETA ${eta}`,
    formatAmount(differenceCount, 'difference'),
    ...(running.length > 0 ? [running.slice(0, 3).join(', ')] : []),
    ...(waitingFor === null ? [] : [`waiting: ${waitingFor}`]),
  ].join('; ');
}

export function verificationText({ tables }: VerifyReport, paint: Paint): string {
  const rows = tables.map((table) => [
    `${table.database}.${table.table}`,
    table.state === 'equal' && table.repaired > 0 ? 'equal, repaired' : table.state,
    formatCount(table.sourceRows),
    formatCount(table.targetRows),
    formatCount(table.differenceCount),
  ]);
  const repaired = tables.reduce((sum, table) => sum + table.repaired, 0);
  const head = ['table', 'state', 'source rows', 'target rows', 'differences'];
  return [
    formatTable(head, rows),
    ...tables.flatMap((table) => tableLines(table, paint)),
    ...(repaired > 0 ? ['', `${formatAmount(repaired, 'row')} repaired`] : []),
  ].join('\n');
}

function tableLines(table: TableVerification, paint: Paint): string[] {
  const { differences, differenceCount, repaired, changing, advice, state, sourceRows, targetRows } = table;
  const isMoving = state === 'equal' && repaired === 0 && sourceRows !== targetRows;
  const shown = differences.slice(0, SHOWN).map((difference) => `  ${differenceText(difference)}`);
  const more = differenceCount - shown.length;
  const lines = [
    ...shown,
    ...(more > 0 ? [`  and ${formatCount(more)} more${differences.length > SHOWN ? ': --json lists them' : ''}`] : []),
    ...(repaired > 0
      ? [
          `  ${formatAmount(repaired, 'row')} differed and ${repaired === 1 ? 'was' : 'were'} repaired: looked at again, equal on both sides; the numbers of rows are from before`,
        ]
      : []),
    ...(isMoving
      ? ['  rows came or went while it was read: each was looked at again, and is equal on both sides']
      : []),
    ...(changing > 0 ? [`  ${formatAmount(changing, 'row')} never stood still while it was looked at`] : []),
    ...(advice === null ? [] : [`  ${advice}`]),
    ...streamedLines(table),
  ];
  return lines.length === 0 ? [] : ['', paint('bold', `${table.database}.${table.table}`), ...lines];
}

function streamedLines({ streamed = [] }: TableVerification): string[] {
  if (streamed.includes('*')) return ['  its rows were read: both servers cannot go through its key alike'];
  return streamed.length === 0 ? [] : [`  read, not hashed: ${streamed.join(', ')}`];
}

export function differenceText({ key, column, kind, source, target, cause }: RowDifference): string {
  const row = Object.entries(key).map(([name, value]) => `${name}=${value ?? 'NULL'}`);
  const where = row.length === 0 ? 'every row' : row.join(', ');
  const what =
    kind === 'different'
      ? `${column ?? ''}: source ${valueText(source)}, target ${valueText(target)}`
      : kind === 'missing'
        ? `missing on the target${column === null ? '' : ` in column ${column}`}`
        : 'only on the target';
  return `${where}: ${what}${cause === undefined ? '' : ` (${cause})`}`;
}

const LONGEST = 200;

function valueText(value: string | null): string {
  if (value === null) return 'NULL';
  const text = JSON.stringify(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}... (${formatCount(value.length)} characters)`;
}
