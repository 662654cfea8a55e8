import { setTimeout as sleep } from 'node:timers/promises';
import { type Counted, countRows, surplus } from './bag-rows.ts';
import { type OnlyRows, sourceBag, targetBag } from './bag-scan.ts';
import { BucketSums, bucketOf } from './bucket.ts';
import { keyText } from './changed-set.ts';
import type { PartResult } from './chunk-check.ts';
import type { BagRow, UnequalRow } from './compare-lines.ts';
import type { CanonicalCells, RowPrint } from './row-print.ts';
import type { SettleOptions } from './settle.ts';
import { inWindow } from './side.ts';
import type { Window } from './table-changes.ts';
import { isUnlogged, type VerifiedTable } from './verified-table.ts';

const MOST_PASSES = 10;
const PAUSE_MS = 500;
/** Rows of open buckets that are held at once, of each side. */
const MOST_HELD_ROWS = 200_000;

/** What is known of a bucket that is not settled: whether it was unequal before. */
type Open = Map<number, { readonly wasUnequal: boolean; readonly rows: number }>;

export interface BagOptions extends SettleOptions {
  /** Some of the rows, chosen by what they hold; without: all. */
  readonly only?: OnlyRows;
}

interface Standing {
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly position: string;
  equal: number;
  readonly unequal: UnequalRow[];
}

/** `busy`: some bucket never stood still. `void`: nothing of it holds. */
export type BagOutcome = PartResult | 'busy' | 'void';

/**
 * A table whose rows are not found by a key: sums of all rows by bucket, then the rows of those buckets that changed
 * meanwhile or whose sums differ, again and again. A bucket counts where none of its rows changed in the window (INV-121).
 */
export async function checkBag(options: BagOptions): Promise<BagOutcome> {
  const first = await firstPass(options);
  if (first === 'void') return first;
  return await untilStill(options, first.standing, first.open);
}

/** Rows of a table without a key looked at again, those of their buckets too; all are counted anew. */
export async function recheckBag(options: SettleOptions, rows: readonly UnequalRow[]): Promise<BagOutcome> {
  const { table, print } = options;
  const buckets = rows.map(({ source, target }) => bucketOf(bucketText(table, print, source ?? target ?? [])));
  const open: Open = new Map(buckets.map((bucket) => [bucket, { wasUnequal: true, rows: 1 }]));
  const standing = { sourceRows: 0, targetRows: 0, position: '', equal: 0, unequal: [] };
  return await untilStill(options, standing, open);
}

async function untilStill(options: BagOptions, standing: Standing, open: Open): Promise<BagOutcome> {
  for (let pass = 1; open.size > 0 && pass <= MOST_PASSES; pass++) {
    if (pass > 1) await sleep(PAUSE_MS, undefined, { signal: options.sides.signal });
    if (!(await nextPass(options, standing, open))) return 'void';
  }
  return open.size > 0 ? 'busy' : { ...standing, changing: [] };
}

async function firstPass(options: BagOptions): Promise<{ standing: Standing; open: Open } | 'void'> {
  const { sides, table, print, changes, only } = options;
  return await inWindow(sides, changes, {
    source: (connection) => summed(table, print, sourceBag(connection, table, print, only)),
    target: (session) => summed(table, print, targetBag(session, table, print, only)),
    use: (found, window) => {
      if (found === 'void') return found;
      const { source, target, point } = found;
      const changed = changedBuckets(window, options);
      const differing = source.sums.differingFrom(target.sums);
      const open: Open = new Map();
      let equal = 0;
      source.sums.rows.forEach((rows, bucket) => {
        const wasUnequal = differing.has(bucket);
        if (wasUnequal || changed === 'all' || changed.has(bucket)) open.set(bucket, { wasUnequal, rows });
        else equal += rows;
      });
      const counts = { sourceRows: source.rows, targetRows: target.rows, position: point.position.text };
      return { standing: { ...counts, equal, unequal: [] }, open };
    },
  });
}

/** False: void. */
async function nextPass(options: BagOptions, standing: Standing, open: Open): Promise<boolean> {
  const { sides, table, print, changes, only } = options;
  const held = heldAtOnce(open);
  const isHeld = (cells: CanonicalCells) => held.has(bucketOf(bucketText(table, print, cells)));
  return await inWindow(sides, changes, {
    source: async (connection) => {
      const counted = await countRows(sourceBag(connection, table, print, only), isHeld);
      return { rows: counted.size, counted };
    },
    target: (session) => countRows(targetBag(session, table, print, only), isHeld),
    use: (found, window) => {
      if (found === 'void') return false;
      const changed = changedBuckets(window, options);
      const of = (counted: Counted) =>
        Map.groupBy(counted.values(), ({ row }) => bucketOf(bucketText(table, print, row.cells)));
      const [source, target] = [of(found.source.counted), of(found.target)];
      for (const bucket of held) {
        const from = source.get(bucket) ?? [];
        const unequal = surplus(print, from, target.get(bucket) ?? []);
        const known = open.get(bucket);
        if (changed === 'all' || changed.has(bucket)) continue;
        if (unequal.length > 0 && !known?.wasUnequal) open.set(bucket, { wasUnequal: true, rows: from.length });
        else {
          open.delete(bucket);
          const rows = from.reduce((sum, { count }) => sum + count, 0);
          standing.equal += rows - unequal.filter((row) => row.source !== null).length;
          standing.unequal.push(...unequal);
        }
      }
      return true;
    },
  });
}

function heldAtOnce(open: Open): ReadonlySet<number> {
  const held = new Set<number>();
  let total = 0;
  for (const [bucket, { rows }] of open) {
    if (held.size > 0 && total + rows > MOST_HELD_ROWS) break;
    held.add(bucket);
    total += rows;
  }
  return held;
}

interface Sums {
  readonly rows: number;
  readonly sums: BucketSums;
}

async function summed(table: VerifiedTable, print: RowPrint, batches: AsyncIterable<readonly BagRow[]>): Promise<Sums> {
  const sums = new BucketSums();
  let rows = 0;
  for await (const batch of batches) {
    for (const { cells } of batch) sums.add(bucketText(table, print, cells), cellsText(cells));
    rows += batch.length;
  }
  return { rows, sums };
}

/** `all`: rows changed, and there is no telling of which buckets. */
function changedBuckets(window: Window, { table, print }: SettleOptions): ReadonlySet<number> | 'all' {
  const isKeyed = table.held.table.key.length > 0;
  if (isKeyed && table.key === null) return window.isQuiet ? new Set() : 'all';
  return new Set(
    window.changed().map(({ bytes, isPrinted }) => {
      if (!isKeyed) return bucketOf(loggedText(table, print.sourceCells(bytes)));
      const key = isPrinted ? print.printedKey(JSON.parse(bytes.toString()) as string[]) : print.keyTexts(bytes);
      return bucketOf(keyText(key));
    }),
  );
}

/** All rows of one key are in one bucket; without a key, all that are the same in what the log has of them. */
function bucketText(table: VerifiedTable, print: RowPrint, cells: CanonicalCells): string {
  return table.key === null ? loggedText(table, cells) : keyText(print.keyOf(cells));
}

/** What the source computes and does not log changes only with other columns of its row. */
function loggedText(table: VerifiedTable, cells: CanonicalCells): string {
  return cellsText(cells.map((cell, i) => (isUnlogged(table, table.compared[i]) ? null : cell)));
}

export function cellsText(cells: CanonicalCells): string {
  return keyText(cells.map((cell) => (cell === null ? '' : `=${cell}`)));
}
