import { SluiceError } from '../../contract/error.ts';
import type { RowDifference } from '../../contract/verify.ts';
import type { Step, StepContext } from '../step.ts';
import type { Unverified } from '../verified.ts';

/** What came of looking at everything that changed since it was last compared. */
export interface ChangesVerified {
  /** Changed rows that were looked at by their keys. */
  readonly keys: number;
  /** Tables without a key that had changed: compared whole. */
  readonly whole: readonly string[];
  /** Of these it is not known what changed, or they differed before: nothing was looked at. */
  readonly unproven: readonly Unverified[];
  /** Rows that never stood still: behind a fence none does. */
  readonly changing: number;
  readonly differenceCount: number;
  /** The first of them. */
  readonly differences: readonly RowDifference[];
  readonly tookMs: number;
  readonly orphans: OrphansLookedFor;
}

/** Rows of the target without the parent that their foreign key names. */
export interface OrphansLookedFor {
  /** Foreign keys that were counted whole before, and whose changed rows were looked at since. */
  readonly counted: number;
  /** Those for which there was no time: of these only changed rows were looked at. */
  readonly uncounted: readonly string[];
  readonly found: readonly { readonly constraint: string; readonly parent: string; readonly rows: string }[];
}

export interface VerifyStepOptions {
  /** null: this process does not apply what it would compare, and only puts back or finishes. */
  readonly verifyChanged: ((signal: AbortSignal, isStill: boolean) => Promise<ChangesVerified>) | null;
  /** Without a fence rows go on to change: a rehearsal tells how long the check takes, and no more. */
  isFenced(): boolean;
  /** Begins what later steps of the write block can do while rows are compared. */
  beside(signal: AbortSignal): void;
  readonly limitMs: number;
}

/**
 * Behind fence and drain nothing moves: what changed since its last comparison must be equal now (INV-174). The same
 * ahead of the fence fails while nobody waits, and once more right before it leaves but what changed in that moment.
 */
export function verifySteps(options: VerifyStepOptions): readonly [ahead: Step, again: Step, verify: Step] {
  const shared = {
    limitMs: options.limitMs,
    describe: async () => [
      'read the changed rows by their keys on both sides; tables without a key that changed, whole',
    ],
    run: async (context: StepContext) => await verified(options, context),
  };
  const ahead: Step = {
    name: 'verify-ahead',
    title: 'Compares rows that changed since they were last compared, while the application writes on.',
    phase: 'prepare',
    ...shared,
  };
  const again: Step = {
    name: 'verify-again',
    title: 'Compares what changed since that, so that little is left to compare behind the fence.',
    phase: 'prepare',
    ...shared,
  };
  const verify: Step = {
    name: 'verify',
    title: 'Compares every row that changed since it was last compared: any difference puts everything back.',
    phase: 'blocked',
    ...shared,
  };
  return [ahead, again, verify];
}

async function verified(
  { verifyChanged, isFenced, beside }: VerifyStepOptions,
  { signal, note, isWaived }: StepContext,
): Promise<string> {
  if (verifyChanged === null) throw notProven(['this process does not follow the tables']);
  if (isFenced()) beside(signal);
  const found = await verifyChanged(signal, isFenced());
  const { keys, whole, changing, differenceCount, tookMs, orphans } = found;
  const unproven = found.unproven.map(sentence);
  const { counted, uncounted } = orphans;
  const orphaned = orphans.found.map(({ constraint, parent, rows }) => ({ constraint, parent, rows }));
  await note({
    ...{ keys, whole, unproven, changing, differenceCount, tookMs },
    orphans: { counted, uncounted, found: orphaned },
  });
  if (differenceCount > 0) throw rowsDiffer(found);
  if (orphaned.length > 0) throw orphansFound(orphans);
  if (unproven.length > 0 && !isWaived('verified')) throw notProven(unproven);
  if (changing > 0 && isFenced()) throw notProven([`${changing} rows went on to change behind the fence`]);
  return verifiedWords(found);
}

function verifiedWords({ keys, whole, unproven, changing, tookMs, orphans }: ChangesVerified): string {
  return [
    `${keys} changed rows are equal on both sides, after ${Math.round(tookMs)} ms`,
    ...(orphans.counted > 0 ? [`no row lacks its parent (${orphans.counted} foreign keys)`] : []),
    ...(orphans.uncounted.length > 0 ? [`only changed rows looked at for: ${orphans.uncounted.join(', ')}`] : []),
    ...(whole.length > 0 ? [`compared whole: ${whole.join(', ')}`] : []),
    ...(changing > 0 ? [`${changing} rows were changing`] : []),
    ...(unproven.length > 0 ? [`NOT proven: ${unproven.map(sentence).join(', ')}`] : []),
  ].join('; ');
}

function sentence({ table, reason }: Unverified): string {
  return `${table} ${reason}`;
}

const MOST_NAMED = 5;

/** CUTOVER_ROWS_DIFFER: both sides are not equal though nothing moves. */
function rowsDiffer({ differenceCount, differences }: ChangesVerified): SluiceError {
  const named = differences.slice(0, MOST_NAMED).map(({ table, key, column, kind }) => {
    const where = Object.entries(key).map(([name, value]) => `${name}=${value}`);
    return `${table} ${where.join(',')}${column === null ? '' : ` ${column}`} is ${kind}`;
  });
  return new SluiceError({
    code: 'CUTOVER_ROWS_DIFFER',
    message: `${differenceCount === 1 ? '1 difference' : `${differenceCount} differences`}: ${named.join('; ')}`,
    remedy:
      'Everything is put back by itself. See sluice status, find what writes to the target, sluice verify --repair.',
    disposition: 'stop',
  });
}

/** CUTOVER_ORPHANS: a foreign key of the target is valid, and rows lack the parent that it promises. */
function orphansFound({ found }: OrphansLookedFor): SluiceError {
  const named = found
    .slice(0, MOST_NAMED)
    .map(
      ({ constraint, parent, rows }) =>
        `${constraint}: ${rows === '1' ? '1 row' : `${rows} rows`} without a row in ${parent}`,
    );
  return new SluiceError({
    code: 'CUTOVER_ORPHANS',
    message: `rows of the target lack their parents: ${named.join('; ')}`,
    remedy:
      'Everything is put back by itself. sluice verify has the statement that finds them. Mend them at the source; to keep them, make the key NOT VALID on the target and waive the gate constraints.',
    disposition: 'stop',
  });
}

/** CUTOVER_NOT_VERIFIED: it is not known that both sides are equal. */
function notProven(what: readonly string[]): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_NOT_VERIFIED',
    message: `not every table could be proven equal: ${what.join('; ')}`,
    remedy: 'Everything is put back by itself. Run sluice verify, then the cutover again.',
    disposition: 'stop',
  });
}
