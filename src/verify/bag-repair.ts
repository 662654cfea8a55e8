import type { RepairBegun } from '../contract/action.ts';
import { type BagOutcome, checkBag, recheckBag } from './bag-check.ts';
import type { UnequalRow } from './compare-lines.ts';
import { type Repaired, type RepairParts, recordOf } from './repair.ts';
import { rowImage, withoutImages } from './row-image.ts';
import type { SettleOptions } from './settle.ts';
import { countUnfit, UNFIT, type UnfitRows } from './unfit-row.ts';

export type BagRepair = (options: SettleOptions) => Promise<RepairedBag>;

/** `repaired`: rows that differed and are equal now; the outcome has only what differs still. */
export type RepairedBag =
  | Exclude<BagOutcome, object>
  | ({ readonly outcome: Exclude<BagOutcome, string> } & Pick<Repaired, 'repaired' | 'unfit'>);

/** One request over the control socket. */
const MOST_BYTES = 1024 * 1024;
const MOST_ROWS = 1_000;
/** A row of more goes over it alone; in base64 it must be a line of the socket (line.ts). */
const LONGEST_BYTES = 11 * 1024 * 1024;

interface SentRow {
  readonly row: UnequalRow;
  readonly image: Buffer;
}

interface Sendable {
  readonly rows: readonly SentRow[];
  readonly unfit: UnfitRows;
}

/**
 * Compares a table without a key and sends the copies that are missing, or too many, down the ordinary path (INV-191).
 * What an interrupted repair may have sent is waited for before anything is counted. Rows stay as they are where a change
 * of the table waits in quarantine, which would make up for the copy once more.
 */
export function bagRepairBy(parts: RepairParts): BagRepair {
  return async (options) => {
    const seen = await checkBag(options);
    if (typeof seen === 'string') return seen;
    if (seen.unequal.length === 0) return { outcome: seen, repaired: 0, unfit: NONE };
    const reason = withoutImages(options.table);
    if (reason === null) return await repaired(options, parts);
    return { outcome: seen, repaired: 0, unfit: new Map([[reason, seen.unequal.length]]) };
  };
}

const NONE: UnfitRows = new Map();

async function repaired(options: SettleOptions, parts: RepairParts): Promise<RepairedBag> {
  const { sides, table } = options;
  const { store } = parts;
  const begun = await sent(options, parts, { since: null, rows: [] });
  await sides.follower.untilEpoch(begun.epoch, sides.signal);
  const isFree = !(await store.hasWaiting(table.scope));
  const outcome = await checkBag(options);
  if (typeof outcome === 'string') return outcome;
  const isStillFree = isFree && !(await store.hasWaiting(table.scope));
  const { rows, unfit } = isStillFree ? sendable(outcome.unequal, options) : allAside(outcome.unequal);
  if (rows.length === 0) return { outcome, repaired: 0, unfit };
  const ids: string[] = [];
  let last = begun.epoch;
  for (const part of partsOf(rows)) {
    ids.push(...(await store.recordRepairs(part.map(({ row }) => recordOf(table, row, parts.by)))));
    last = (await sent(options, parts, { since: begun.era ?? '', rows: part })).epoch;
  }
  await sides.follower.untilEpoch(last, sides.signal);
  const again = await recheckBag(options, outcome.unequal);
  if (typeof again === 'string') return again;
  await store.endRepairs(ended(rows, ids, again.unequal));
  const count = Math.max(0, outcome.unequal.length - again.unequal.length);
  return { outcome: { ...outcome, unequal: again.unequal }, repaired: count, unfit };
}

async function sent(
  { table }: SettleOptions,
  { send }: RepairParts,
  { since, rows }: { readonly since: string | null; readonly rows: readonly SentRow[] },
): Promise<RepairBegun> {
  const { database, table: name } = table.scope;
  const images = (isMore: boolean) =>
    rows.filter(({ row }) => (row.source !== null) === isMore).map(({ image }) => image.toString('base64'));
  const { fingerprint } = table.readable.version;
  const copies = { since, fingerprint, more: images(true), fewer: images(false) };
  return await send({ database, table: name, keys: [], copies });
}

function sendable(unequal: readonly UnequalRow[], { table, print }: SettleOptions): Sendable {
  const reasons: string[] = [];
  const rows = unequal.flatMap((row): SentRow[] => {
    const image = row.bag === undefined ? null : rowImage(table, print, row.bag);
    if (image !== null && image.length <= LONGEST_BYTES) return [{ row, image }];
    reasons.push(image === null ? UNFIT.foreign : UNFIT.long);
    return [];
  });
  return { rows, unfit: countUnfit(reasons) };
}

function allAside(unequal: readonly UnequalRow[]): Sendable {
  return { rows: [], unfit: countUnfit(unequal.map(() => UNFIT.aside)) };
}

function* partsOf(rows: readonly SentRow[]): Iterable<readonly SentRow[]> {
  let part: SentRow[] = [];
  let bytes = 0;
  for (const sent of rows) {
    if (part.length > 0 && (part.length === MOST_ROWS || bytes + sent.image.length > MOST_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(sent);
    bytes += sent.image.length;
  }
  yield part;
}

/** Of equal rows that were sent, as many are equal as do not differ any more. */
function ended(rows: readonly SentRow[], ids: readonly string[], left: readonly UnequalRow[]): readonly string[] {
  const open = new Map<string, number>();
  for (const row of left) open.set(textOf(row), (open.get(textOf(row)) ?? 0) + 1);
  return ids.filter((_, i) => {
    const text = textOf((rows[i] as SentRow).row);
    const count = open.get(text) ?? 0;
    open.set(text, count - 1);
    return count <= 0;
  });
}

function textOf({ source, target }: UnequalRow): string {
  return JSON.stringify([source, target]);
}
