import type { Change } from '../../contract/change.ts';

/** Our table at the source that the way back writes first in each of its transactions. */
const MARK_TABLE = 'reverse_checkpoint';

export function isReverseMark(ourDatabase: string, database: string, table: string): boolean {
  return database === ourDatabase && table === MARK_TABLE;
}

/**
 * Takes out of the source's stream what the way back wrote there: it came from the target and must not go there again
 * (INV-143). The mark stands before the rows, so nothing is held back; the transaction stays, empty, for its position.
 */
export async function* withoutReverse(
  stream: AsyncIterable<readonly Change[]>,
  ourDatabase: string,
): AsyncIterable<readonly Change[]> {
  let isOurs = false;
  const isKept = (change: Change): boolean => {
    switch (change.tag) {
      case 'begin':
      case 'commit':
        isOurs = false;
        return true;
      case 'row':
      case 'truncate':
        isOurs ||= isReverseMark(ourDatabase, change.table.database, change.table.table);
        return !isOurs;
      case 'schema':
        return !isReverseMark(ourDatabase, change.database, change.table);
      default:
        return true;
    }
  };
  for await (const batch of stream) yield batch.filter(isKept);
}
