import type { Change, RowChange } from '../contract/change.ts';
import type { RuleBook } from './rule-book.ts';

/** Rows, truncations and DDL as the rules leave them: the last stage that sees what they hide (INV-60). */
export async function* ruledStream(
  stream: AsyncIterable<readonly Change[]>,
  book: RuleBook,
): AsyncIterable<readonly Change[]> {
  for await (const batch of stream) yield batch.map((change) => ruled(change, book));
}

function ruled(change: Change, book: RuleBook): Change {
  switch (change.tag) {
    case 'row':
      return change.isRuled ? held(change, book) : book.row(change);
    case 'truncate':
      return { ...change, table: book.version(change.table) };
    case 'schema':
      return book.schema(change);
    case 'begin':
    case 'commit':
    case 'mark':
    case 'idle':
      return change;
  }
}

function held({ isRuled: _, ...change }: RowChange, book: RuleBook): RowChange {
  return { ...change, table: book.version(change.table) };
}
