import { uncopied } from '../postgres/copy-field.ts';
import { quoteIdent, quoteLiteral, quoteTable } from '../postgres/quote.ts';
import { rowChunks, stagedChunks } from './row-text.ts';
import type { TablePlan } from './table-plan.ts';

/** Sets of more rows or bytes are written through staging. */
const MOST_ROWS = 32;
const MOST_BYTES = 64 * 1024;

/** True for a set that is written sooner as values in one statement than through a staging table. */
export function isSmall(gone: readonly Uint8Array[], standing: readonly Uint8Array[]): boolean {
  if (gone.length + standing.length > MOST_ROWS) return false;
  let bytes = 0;
  for (const image of gone) bytes += image.length;
  for (const image of standing) bytes += image.length;
  return bytes <= MOST_BYTES;
}

/** The set as statements with their values in them: every value is the text that COPY would send, as a literal. */
export interface SmallSet {
  readonly deleteGone: string;
  readonly upsertStanding: string;
  /** Every key of the set goes first, then the rows that stand come (INV-54). */
  readonly replace: string;
}

/** Throws ValueError at a row that the target cannot hold. */
export function smallSet(plan: TablePlan, gone: readonly Uint8Array[], standing: readonly Uint8Array[]): SmallSet {
  const rows = lines(rowChunks(plan, standing)).map((fields) => fields.map(literal));
  const goneKeys = lines(stagedChunks(plan, gone, [])).map((fields) => keyOf(plan, fields.slice(1).map(literal)));
  const standingKeys = rows.map((row) => keyOf(plan, row));
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
  const insert = rows.length === 0 ? '' : `${insertInto(plan)} ${values}`;
  return {
    deleteGone: deletion(plan, goneKeys),
    upsertStanding: insert === '' ? '' : `${insert} ${plan.sql.onConflict}`,
    replace: [deletion(plan, [...goneKeys, ...standingKeys]), insert]
      .filter((statement) => statement !== '')
      .join('; '),
  };
}

function insertInto({ target, written }: TablePlan): string {
  const columns = written.map((column) => quoteIdent(column.target.name)).join(', ');
  return `INSERT INTO ${quoteTable(target)} (${columns}) OVERRIDING SYSTEM VALUE VALUES`;
}

function deletion({ target, written, key }: TablePlan, keys: readonly (readonly string[])[]): string {
  if (keys.length === 0) return '';
  const columns = key.map((at) => quoteIdent(written[at]?.target.name ?? ''));
  const tuple = (parts: readonly string[]) => (parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(', ')})`);
  return `DELETE FROM ${quoteTable(target)} WHERE ${tuple(columns)} IN (${keys.map(tuple).join(', ')})`;
}

function keyOf({ key }: TablePlan, fields: readonly string[]): string[] {
  return key.map((at) => fields[at] ?? 'NULL');
}

/** Lines of COPY text as their fields, still escaped: tabs and line ends inside a value are. */
function lines(chunks: Iterable<Uint8Array>): string[][] {
  const text = Buffer.concat([...chunks]).toString();
  return text === ''
    ? []
    : text
        .slice(0, -1)
        .split('\n')
        .map((line) => line.split('\t'));
}

function literal(field: string): string {
  const value = uncopied(field);
  return value === null ? 'NULL' : quoteLiteral(value);
}
