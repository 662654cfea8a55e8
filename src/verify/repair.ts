import type { RepairBegun, RepairRows } from '../contract/action.ts';
import { keyText } from './changed-set.ts';
import type { UnequalRow } from './compare-lines.ts';
import { isMasked, MASKED, shownKey } from './describe-difference.ts';
import type { CanonicalCells } from './row-print.ts';
import { type SettleOptions, settle } from './settle.ts';
import { countUnfit, UNFIT, type UnfitRows } from './unfit-row.ts';
import type { VerifiedTable } from './verified-table.ts';
import type { VerifyStore } from './verify-store.ts';

export interface Repaired {
  /** Rows that differ still. */
  readonly unequal: readonly UnequalRow[];
  readonly repaired: number;
  /** Of those that differ still, the ones that nothing was sent for. */
  readonly unfit: UnfitRows;
}

export type Repair = (rows: readonly UnequalRow[], options: SettleOptions) => Promise<Repaired>;

export interface RepairParts {
  /** Has the capture read these rows anew; durable when it resolves. */
  readonly send: (rows: RepairRows) => Promise<RepairBegun>;
  readonly store: VerifyStore;
  readonly by: string;
}

/** What one request over the control socket may hold with room to spare. */
const MOST_KEYS = 200;
const MOST_KEY_BYTES = 32 * 1024;

/**
 * Sends rows that differ down the ordinary path once more, as the source has them now, and looks at them again when the
 * target has them. Each is on record before it is sent.
 */
export function repairBy({ send, store, by }: RepairParts): Repair {
  return async (rows, options) => {
    const { sides, table } = options;
    const { database, table: name } = table.scope;
    const left: UnequalRow[] = [];
    const unfit: string[] = [];
    for (const part of parts(rows)) {
      const ids = await store.recordRepairs(part.map((row) => recordOf(table, row, by)));
      const { epoch, unnamed } = await send({ database, table: name, keys: part.map(({ key }) => key) });
      await sides.follower.untilEpoch(epoch, sides.signal);
      const settled = await settle(
        part.map(({ key }) => ({ key, wasUnequal: true })),
        options,
      );
      const open = new Set([...settled.unequal.map(({ key }) => key), ...settled.changing, ...unnamed].map(keyText));
      const isOpen = ({ key }: UnequalRow) => settled.isVoid || open.has(keyText(key));
      await store.endRepairs(ids.filter((_, i) => !isOpen(part[i] as UnequalRow)));
      left.push(...part.filter(isOpen));
      unfit.push(...unnamed.map(() => UNFIT.foreign));
    }
    return { unequal: left, repaired: rows.length - left.length, unfit: countUnfit(unfit) };
  };
}

function* parts(rows: readonly UnequalRow[]): Iterable<readonly UnequalRow[]> {
  let part: UnequalRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = keyText(row.key).length * 4;
    if (part.length > 0 && (part.length === MOST_KEYS || bytes + size > MOST_KEY_BYTES)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(row);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** One repaired row, for the evidence. */
export interface RepairRecord {
  readonly database: string;
  readonly table: string;
  /** JSON of column names and canonical texts. */
  readonly key: string;
  readonly kind: 'missing' | 'extra' | 'different';
  /** The target's row before, and the source's as it was then; null: there was none. */
  readonly before: string | null;
  readonly after: string | null;
  readonly by: string;
}

export function recordOf(table: VerifiedTable, { key, source, target }: UnequalRow, by: string): RepairRecord {
  const { database, table: name } = table.scope;
  const places = table.key?.places ?? [];
  const named =
    table.key === null
      ? Object.entries(shownKey(table, { key, source, target }))
      : places.map((place, i) => [table.compared[place]?.name ?? '', key[i] ?? null]);
  return {
    ...{ database, table: name, key: JSON.stringify(Object.fromEntries(named)), by },
    kind: source === null ? 'extra' : target === null ? 'missing' : 'different',
    ...{ before: shownRow(table, target), after: shownRow(table, source) },
  };
}

function shownRow(table: VerifiedTable, cells: CanonicalCells | null): string | null {
  if (cells === null) return null;
  const shown = table.compared.map(({ name }, i) => [name, isMasked(table, name) ? MASKED : (cells[i] ?? null)]);
  return JSON.stringify(Object.fromEntries(shown));
}
