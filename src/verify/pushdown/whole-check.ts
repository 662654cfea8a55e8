import type { MysqlConnection } from '../../mysql/connection.ts';
import { checkBag } from '../bag-check.ts';
import { countRows, surplus } from '../bag-rows.ts';
import { type OnlyRows, sourceBag, targetBag } from '../bag-scan.ts';
import type { PartResult } from '../chunk-check.ts';
import type { CanonicalCells } from '../row-print.ts';
import { type SettleOptions, settle } from '../settle.ts';
import { inWindow } from '../side.ts';
import { CHUNK_BYTES } from '../source-rows.ts';
import { bucketsFor, type ChunkSums, compareSums, type SumsComparison, sourceSums, targetSums } from './chunk-sums.ts';
import type { HashPlan } from './hash-plan.ts';
import { sourceBuckets, targetBuckets } from './hash-sql.ts';

/** Of a table that one statement hashes: the source keeps 128 bytes of each row for its length. */
export const MOST_WHOLE_ROWS = 1_000_000;
/** Of buckets that differ, read at once. */
const MOST_READ_ROWS = 200_000;
const MOST_READ_BYTES = 8 * CHUNK_BYTES;

export interface HashedWholeOptions extends SettleOptions {
  readonly hashes: HashPlan;
}

/** `read`: too many rows to be hashed by one statement, or to be read of what differs: the table is compared row by row. */
export type WholeOutcome = PartResult | 'void' | 'busy' | 'read';

/**
 * Compares a table that the servers do not sort alike, or that has no key: both hash all of it in one window, whatever
 * their order. A bucket with equal sums holds the same rows on both sides; the rows of the others are read and compared in
 * windows of their own, by the ordinary way.
 */
export async function checkHashedWhole(options: HashedWholeOptions): Promise<WholeOutcome> {
  const looked = await look(options);
  if (typeof looked === 'string') return looked;
  const { sourceRows, targetRows, position } = looked;
  const counts = { sourceRows, targetRows, position };
  if (looked.isEqual) return { ...counts, equal: sourceRows, unequal: [], changing: [] };
  if (isMuch(looked.rowsToRead, options)) return 'read';
  const { hashes, table } = options;
  const only = {
    source: sourceBuckets(hashes, looked.differing, looked.buckets),
    target: targetBuckets(hashes, looked.differing, looked.buckets),
  };
  const rows = table.way === 'bag' ? await checkBag({ ...options, only }) : await checkKeyed(options, only);
  if (typeof rows === 'string') return rows;
  const { unequal, changing } = rows;
  const unsure = unequal.filter(({ source }) => source !== null).length + changing.length;
  return { ...counts, equal: Math.max(0, sourceRows - unsure), unequal, changing };
}

function isMuch(rows: number, { table }: HashedWholeOptions): boolean {
  return rows > MOST_READ_ROWS || rows * table.readable.rowBytes > MOST_READ_BYTES;
}

interface Looked extends SumsComparison {
  readonly buckets: number;
  readonly position: string;
}

async function look({ sides, changes, hashes }: HashedWholeOptions): Promise<Looked | 'void' | 'read'> {
  let buckets = 1;
  return await inWindow(sides, changes, {
    source: async (connection) => {
      const rows = await rowCount(connection, hashes);
      buckets = bucketsFor(rows);
      const sums = rows > MOST_WHOLE_ROWS ? null : await sourceSums(connection, hashes, { where: null, buckets });
      return { rows: sums?.rows ?? 0, sums };
    },
    target: async (session, { sums }): Promise<ChunkSums | null> =>
      sums === null ? null : await targetSums(session, hashes, { where: null, buckets }),
    use: (found) => {
      if (found === 'void') return found;
      const { source, target, point } = found;
      if (source.sums === null || target === null) return 'read';
      return { ...compareSums(source.sums, target), buckets, position: point.position.text };
    },
  });
}

async function rowCount(connection: MysqlConnection, { table }: HashPlan): Promise<number> {
  return Number((await connection.row(`SELECT COUNT(*) AS n FROM ${table.source}`))['n']);
}

/** The rows that `only` chooses, paired by key; keys that are not the same are looked at by themselves. */
async function checkKeyed(options: HashedWholeOptions, only: OnlyRows) {
  const { sides, changes, table, print } = options;
  const [here, there] = [new Room(), new Room()];
  const suspects = await inWindow(sides, changes, {
    source: async (connection) => {
      const counted = await countRows(sourceBag(connection, table, print, only), (cells) => here.takes(cells));
      return { rows: counted.size, counted };
    },
    target: (session) => countRows(targetBag(session, table, print, only), (cells) => there.takes(cells)),
    use: (found) => {
      if (found === 'void') return found;
      if (here.isFull || there.isFull) return 'read';
      const rows = surplus(print, [...found.source.counted.values()], [...found.target.values()]);
      return rows.map(({ key }) => ({ key, wasUnequal: true }));
    },
  });
  if (typeof suspects === 'string') return suspects;
  const settled = await settle(suspects, options);
  return settled.isVoid ? 'void' : settled;
}

/** Room in memory for one side's rows, whatever the source says of their size. */
class Room {
  #left = MOST_READ_BYTES;

  get isFull(): boolean {
    return this.#left < 0;
  }

  takes(cells: CanonicalCells): boolean {
    for (const cell of cells) this.#left -= cell?.length ?? 0;
    return !this.isFull;
  }
}
