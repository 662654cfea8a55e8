import type { Attempt } from '../journal.ts';
import type { StepRecord } from '../step.ts';
import type { Copied } from './copied.ts';

/** What is certain while the target is out of reach. */
export interface CopyVerdict {
  /** The newest attempt that was copied; null: none was. */
  readonly attempt: Attempt | null;
  /**
   * `open`: the source takes writes, or nothing of ours keeps it from that. `openable`: it is closed by an attempt that
   * is not committed, and never will be once it is claimed. `unknown`: only the target knows. `target`: the application
   * writes there. `returned`: it belongs to the source, which is not open yet.
   */
  readonly source: 'open' | 'openable' | 'unknown' | 'target' | 'returned';
  /** Sentences. */
  readonly known: readonly string[];
  /** What the fence of the source has noted, by which it can be lifted; null: there is none to lift. */
  readonly fenced: StepRecord | null;
}

/** `copies`: newest first; `server`: identity of the server on which they were read. Pure. */
export function judgeCopies(copies: readonly Copied[], server: string): CopyVerdict {
  const [newest] = copies;
  if (newest === undefined)
    return { attempt: null, source: 'unknown', fenced: null, known: ['the source has no copy of any attempt'] };
  const { attempt } = newest;
  if (attempt.direction === 'back') return ofRollback(attempt, copies);
  const fenced = fenceOf(attempt);
  const told = { attempt, fenced };
  if (attempt.outcome === 'committed')
    return {
      ...told,
      source: 'target',
      known: [`${nameOf(attempt)} is committed: the application writes to PostgreSQL`],
    };
  if (attempt.isOver || fenced === null)
    return {
      ...told,
      source: 'open',
      fenced: null,
      known: [`${nameOf(attempt)} keeps nobody from writing at the source, as far as the source was told`],
    };
  return { ...told, ...ofClosed(newest, server) };
}

function ofClosed(copied: Copied, server: string): Pick<CopyVerdict, 'source' | 'known'> {
  const { attempt, mayBeCommitted, isClaimed } = copied;
  const far = farOf(attempt);
  if (copied.server !== server)
    return {
      source: 'unknown',
      known: [far, `it was noted on another server (${copied.server}): this one's copy proves nothing`],
    };
  if (isClaimed || attempt.outcome === 'aborted' || attempt.isRehearsal || !mayBeCommitted)
    return {
      source: 'openable',
      known: [far, 'its point of no return was not passed, and cannot be without a note here first'],
    };
  return { source: 'unknown', known: [far, 'it may have passed its point of no return: only PostgreSQL knows'] };
}

function ofRollback(attempt: Attempt, copies: readonly Copied[]): CopyVerdict {
  const there = copies.find((one) => one.attempt.direction === 'forward' && one.attempt.outcome === 'committed');
  const fenced = there === undefined ? null : fenceOf(there.attempt);
  const told = { attempt, fenced };
  if (attempt.outcome === 'committed')
    return isOpened(attempt)
      ? {
          attempt,
          source: 'open',
          fenced: null,
          known: [`${nameOf(attempt)} is committed: the application writes to the source`],
        }
      : {
          ...told,
          source: 'returned',
          known: [farOf(attempt), 'it is committed: the application belongs to the source'],
        };
  if (attempt.outcome === 'aborted')
    return {
      ...told,
      source: 'target',
      known: [`${nameOf(attempt)} was put back: the application writes to PostgreSQL`],
    };
  const isDrained = attempt.steps.some(({ name, state }) => name === 'drain' && state === 'done');
  const drained = isDrained
    ? 'behind its fence everything that PostgreSQL had committed came to the source'
    : 'it is not certain that the source has everything that PostgreSQL committed';
  return { ...told, source: 'unknown', known: [farOf(attempt), drained] };
}

function isOpened({ steps }: Attempt): boolean {
  return steps.some(({ name, state }) => name === 'open-source' && state === 'done');
}

/** What is noted before the fence is set; a fence that was lifted again has nothing to be lifted. */
function fenceOf({ steps }: Attempt): StepRecord | null {
  const fence = steps.find(({ name }) => name === 'fence');
  return fence === undefined || fence.state === 'undone' ? null : fence.record;
}

function farOf(attempt: Attempt): string {
  const last = attempt.steps.findLast(({ state }) => state !== 'waiting');
  const far =
    last === undefined
      ? 'nothing of it was begun'
      : `the last step that the source was told of is ${last.name} (${last.state})`;
  return `${nameOf(attempt)} was not over: ${far}`;
}

function nameOf({ id, direction, isRehearsal }: Attempt): string {
  return `${isRehearsal ? 'rehearsal' : direction === 'forward' ? 'cutover' : 'rollback'} ${id}`;
}
