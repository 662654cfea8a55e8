/** Hashes of rows made inside both servers, so that only what differs crosses the network (protocols 5). */
import type { ColumnCodec, ValuePolicy } from '../../column/codec.ts';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import { quoteIdent } from '../../postgres/quote.ts';

export interface PushedColumn {
  readonly name: string;
  readonly codec: ColumnCodec;
  readonly targetName: string;
  /** As `format_type` prints it; the type beneath a domain, text for an enum. */
  readonly targetType: string;
  readonly policy: ValuePolicy;
}

export interface PushedTable {
  /** As a FROM clause of each side names it; an index may be forced. */
  readonly source: string;
  readonly target: string;
  /** All that are compared, in one order on both sides. */
  readonly columns: readonly PushedColumn[];
  /** Names of the key's columns; empty: rows are a multiset. */
  readonly key: readonly string[];
  /** Columns whose values a rule makes anew on their way: only a reader of rows can. */
  readonly masked: ReadonlySet<string>;
}

/** A column that the hashes leave out: its values must be read to be compared. */
export interface StreamedColumn {
  readonly name: string;
  readonly reason: 'masked' | 'no common text';
}

/** One cell's canonical text as SQL of each side. */
interface HashedCell {
  readonly name: string;
  readonly source: string;
  readonly target: string;
}

export interface HashPlan {
  readonly table: PushedTable;
  readonly cells: readonly HashedCell[];
  /** Of the key's columns; null: the bucket of a row comes from its hash, so that a changed row is in another one. */
  readonly keyCells: readonly HashedCell[] | null;
  readonly streamed: readonly StreamedColumn[];
}

export function hashPlan(table: PushedTable): HashPlan {
  const cells: HashedCell[] = [];
  const streamed: StreamedColumn[] = [];
  for (const column of table.columns) {
    const cell = table.masked.has(column.name) ? 'masked' : (cellOf(column) ?? 'no common text');
    if (typeof cell === 'string') streamed.push({ name: column.name, reason: cell });
    else cells.push(cell);
  }
  const keyCells = table.key.flatMap((name) => cells.filter((cell) => cell.name === name));
  const isKeyHashed = table.key.length > 0 && keyCells.length === table.key.length;
  return { table, cells, keyCells: isKeyHashed ? keyCells : null, streamed };
}

function cellOf({ name, codec, targetName, targetType, policy }: PushedColumn): HashedCell | null {
  const text = codec.serverText(targetType, policy);
  if (text === null) return null;
  return { name, source: text.source(quoteIdentifier(name)), target: text.target(quoteIdent(targetName)) };
}
