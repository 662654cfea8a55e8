/** This folder refuses writes on a server, proves that they are refused, and puts back what it found (protocols 6). */
import type { Finding } from '../../contract/finding.ts';

/** Who refuses: the server, locked accounts, a command of the operator's, or PostgreSQL's roles. */
export type FenceWay = 'read-only' | 'accounts' | 'hook' | 'roles';

/** `closed`: nobody writes. `loose`: whoever may pass read_only does, which is what the reverse sink needs. */
export type FenceLevel = 'closed' | 'loose';

/** What something that is done is called, and the statements or the command that do it. */
export interface FenceAct {
  readonly words: string;
  readonly statements: readonly string[];
}

export interface FencePlan {
  readonly set: readonly FenceAct[];
  readonly lift: readonly FenceAct[];
}

/** `gaps` says in words what does not stand as it should; empty when the fence is set. */
export interface FenceState {
  readonly isSet: boolean;
  readonly gaps: readonly string[];
}

/** One write that must fail, tried. `refused` is the proof; `unclear` proves nothing, and `passed` the contrary. */
export interface FenceTry {
  readonly as: string;
  readonly what: string;
  readonly outcome: 'refused' | 'passed' | 'unclear';
  /** The refusal in our words, with the server's error number. */
  readonly answer: string;
}

export interface FenceProof {
  /** The fence is set, at least one write was refused, and none passed or was unclear. */
  readonly holds: boolean;
  readonly tries: readonly FenceTry[];
  readonly gaps: readonly string[];
}

/** What still can run or write beside us, in words for the plan and the evidence. */
export interface StillRuns {
  readonly kind: 'session' | 'event' | 'replication' | 'xa' | 'account' | 'replica' | 'subscription';
  readonly who: string;
  readonly text: string;
}

/**
 * One fence on one server. Every function opens its own session or uses that of `ready`, ends within the limit that the
 * fence was made with, may be killed at any instant and run again. Failures are FENCE_... (error.ts), or the server's own.
 *
 * INV-150: `plan` reads what stands and gives a record that JSON holds; whoever stores it before `set` can undo
 * everything with `lift`, in another process too.
 */
export interface Fence<R> {
  readonly way: FenceWay;
  /** What set() and lift() of this record do, exactly. */
  describe(record: R): FencePlan;
  /** Whether it can be done, and what speaks against it; changes nothing. */
  check(): Promise<readonly Finding[]>;
  /** What still runs beside us now. */
  stillRuns(): Promise<readonly StillRuns[]>;
  plan(): Promise<R>;
  /** Makes and opens what `set`, the proof and `lift` will need; nobody is blocked by it, and `lift` takes it away. */
  ready(record: R): Promise<void>;
  set(record: R): Promise<void>;
  isSet(record: R, level?: FenceLevel): Promise<FenceState>;
  proveHolds(record: R, level?: FenceLevel): Promise<FenceProof>;
  /** From `closed` to `loose`, once the reverse stream is to write here. */
  loosen(record: R): Promise<void>;
  lift(record: R): Promise<void>;
  /** Lets our own account write for as long as `work` takes, and nobody besides; then it stands as before. */
  admit<A>(record: R, work: () => Promise<A>): Promise<A>;
}

export function stateOf(gaps: readonly string[]): FenceState {
  return { isSet: gaps.length === 0, gaps };
}

export function proofOf(tries: readonly FenceTry[], gaps: readonly string[]): FenceProof {
  const isRefused = tries.length > 0 && tries.every(({ outcome }) => outcome === 'refused');
  return { holds: isRefused && gaps.length === 0, tries, gaps };
}
