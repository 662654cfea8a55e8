import type { ChangesVerified } from '../../cutover/steps/verify.ts';
import { nameOf, type Unverified, unverified } from '../../cutover/verified.ts';
import type { Follower } from '../../verify/follower.ts';
import type { OrphanWatch } from '../../verify/orphan-watch.ts';
import { MOST_LISTED } from '../../verify/progress.ts';
import { MOST_KEYS } from '../../verify/recheck.ts';
import type { TableScope, VerifiedTable } from '../../verify/verified-table.ts';
import type { Verifier } from '../../verify/verifier.ts';
import type { Rechecked } from '../../verify/verify-store.ts';
import type { WarmSessions } from '../../verify/warm-sessions.ts';
import type { VerifyBook } from './book.ts';

export interface ChangedOptions {
  readonly book: VerifyBook;
  readonly follower: Follower;
  /** Every table that takes part. */
  readonly scopes: readonly TableScope[];
  /** null: ahead of the fence, where all rows are counted afterwards. */
  readonly orphans: OrphanWatch | null;
  /** Of the tables that were looked at ahead of the fence. */
  readonly shapes: Map<string, VerifiedTable>;
  /** Left by the look ahead of the fence. */
  readonly warm: WarmSessions;
  /** Nothing moves: each row must stand still, and be looked at. */
  readonly isStill: boolean;
  readonly signal: AbortSignal;
}

/** Of a row that goes on to change: it waits for the next time. */
const LOOKS_WHILE_MOVING = 3;

/**
 * Looks at every row that changed since it was compared, until none waits (INV-174). It costs the change and not the
 * size, but for a table without a key: if it changed at all, it is read whole.
 */
export async function verifyChanged(
  verifier: Verifier,
  options: ChangedOptions,
): Promise<Omit<ChangesVerified, 'orphans'>> {
  const { book, scopes, follower } = options;
  const startedMs = performance.now();
  const before = names(unverified(book.tables, 0));
  const known = scopes.filter((scope) => !before.has(nameOf(scope)));
  const rows = await changedRows(verifier, known, options);
  const whole = await wholeTables(verifier, known.filter(isKeyless(follower)), options);
  const differing = new Set(
    [...rows, ...whole.differing].flatMap(({ differences }) => differences.map((one) => one.table)),
  );
  // What was lost while it was looked at, by DDL for instance, is proven as little as what was never known.
  const unproven = unverified(book.tables, 0).filter(({ table }) => before.has(table) || !differing.has(table));
  return {
    keys: rows.reduce((sum, { keys }) => sum + keys.size, 0),
    whole: whole.tables,
    unproven: [...unproven, ...whole.unproven.filter(({ table }) => !names(unproven).has(table))],
    changing: waitingOf(known, follower).reduce((sum, { waiting }) => sum + waiting, whole.busy),
    differenceCount: [...rows, ...whole.differing].reduce((sum, { differences }) => sum + differences.length, 0),
    differences: [...rows, ...whole.differing].flatMap(({ differences }) => differences).slice(0, MOST_LISTED),
    tookMs: performance.now() - startedMs,
  };
}

/**
 * Rows that change while they are looked at wait again: as many passes as what waits now needs, and one. All that is kept
 * was moved out for the first.
 */
async function changedRows(
  verifier: Verifier,
  known: readonly TableScope[],
  { book, follower, isStill, orphans, shapes, warm, signal }: ChangedOptions,
): Promise<readonly Rechecked[]> {
  const most = Math.max(0, ...waitingOf(known, follower).map(({ waiting }) => waiting));
  const passes = Math.ceil(most / MOST_KEYS) + (isStill ? 1 : 0);
  const all: Rechecked[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const changed = waitingOf(known, follower).map(({ scope }) => scope);
    if (changed.length === 0) break;
    const how = isStill ? {} : { attempts: LOOKS_WHILE_MOVING };
    const found = await verifier.recheck(changed, signal, {
      ...how,
      isMovedOut: pass === 0,
      warm,
      orphans: orphans ?? undefined,
      shapes: { areStill: isStill, tables: shapes },
    });
    for (const one of found) book.rechecked(one);
    all.push(...found);
  }
  return all;
}

interface Whole {
  readonly tables: readonly string[];
  readonly differing: readonly { readonly differences: Rechecked['differences'] }[];
  readonly unproven: readonly Unverified[];
  /** Tables that changed each time that they were read. */
  readonly busy: number;
}

async function wholeTables(
  verifier: Verifier,
  keyless: readonly TableScope[],
  { book, signal }: ChangedOptions,
): Promise<Whole> {
  const scopes = keyless.filter((scope) => book.changesSince(scope) !== 0 || !book.isEqual(scope));
  if (scopes.length === 0) return { tables: [], differing: [], unproven: [], busy: 0 };
  const how = { restart: true, mode: 'stream', repair: null } as const;
  const tables = await verifier.compare(scopes, { ...how, signal, onProgress: () => {} });
  signal.throwIfAborted();
  book.finished(tables);
  const open = tables.filter(({ state }) => state === 'failed');
  return {
    tables: tables.map(nameOf),
    differing: tables.filter(({ differenceCount }) => differenceCount > 0),
    unproven: open.map((one) => ({ table: nameOf(one), reason: one.advice ?? 'could not be compared' })),
    busy: tables.filter(({ state }) => state === 'busy').length,
  };
}

function waitingOf(scopes: readonly TableScope[], follower: Follower) {
  const all = scopes.map((scope) => ({ scope, waiting: follower.changesOf(scope)?.waiting ?? 0 }));
  return all.filter(({ waiting }) => waiting > 0);
}

/** Asked after changed rows were looked at: only then is it known of a table without a key. */
function isKeyless(follower: Follower): (scope: TableScope) => boolean {
  return (scope) => {
    const changes = follower.changesOf(scope);
    return changes !== undefined && !changes.isKeeping && changes.lost === null;
  };
}

function names(tables: readonly Unverified[]): ReadonlySet<string> {
  return new Set(tables.map(({ table }) => table));
}
