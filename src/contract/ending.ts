/** What sluice leaves on each server and how it goes: the same objects for plan, removal and evidence. */
import { SluiceError } from './error.ts';

/** `complete`: the application stays on the target. `teardown`: the pipeline is given up, the application is on the source. */
export type EndingKind = 'complete' | 'teardown';

/** Where something of ours is. The log is a directory of this machine, or topics of Kafka. */
export type EndingEnd = 'source' | 'target' | 'log';

/** One kind of thing of ours. */
export interface Removal {
  readonly end: EndingEnd;
  readonly name: string;
  /** In words. */
  readonly what: string;
  /** By name; null: the end could not be asked. */
  readonly objects: readonly string[] | null;
  /** What takes it away, for whoever must do it by hand. */
  readonly statements: readonly string[];
  readonly state: 'planned' | 'removed' | 'left';
  /** Why it was left; null otherwise. */
  readonly reason: string | null;
}

/** What stays on purpose, and what a person does with it. */
export interface Kept {
  readonly what: string;
  readonly why: string;
  readonly statements: readonly string[];
}

/** Why it is not begun, and what to do. */
export interface EndingRefusal {
  readonly reason: string;
  readonly cure: string;
}

export interface EndingRequest {
  readonly kind: EndingKind;
  /** Who asks: stands in the evidence. */
  readonly by: string;
  /** Servers that are lost: nothing is asked of them, and their part is told as statements. */
  readonly without: readonly ('source' | 'target')[];
  /** Changes of the target that are not at the source yet are given up. */
  readonly leavesBehind: boolean;
  /** Topics stay for who else reads them. */
  readonly keepsTopics: boolean;
  /** The target's tables are dropped; those that the application's migrations made are emptied. */
  readonly dropsData: boolean;
  /** The account that reads the source is dropped by the administrator's; the others are told as statements. */
  readonly dropsAccounts: boolean;
}

export interface EndingPlan {
  readonly kind: EndingKind;
  /** Empty: it may begin. */
  readonly refusals: readonly EndingRefusal[];
  readonly removals: readonly Removal[];
  readonly kept: readonly Kept[];
  /** An ending that was begun before, finished or not: it goes on with this evidence. */
  readonly evidence: string | null;
}

export interface EndingReport extends Omit<EndingPlan, 'refusals' | 'evidence'> {
  /** Path of the evidence. */
  readonly evidence: string;
  /** Nothing of ours is left but what is kept on purpose. */
  readonly isWhole: boolean;
}

/** What a running process begins when it is asked to end its pipeline for good. */
export interface EndingBegun {
  readonly plan: EndingPlan;
  /** The sealed report that was made before anything goes, in words; null: an earlier ending has made it. */
  readonly sealed: string | null;
}

export interface EndingAsked {
  plan(request: EndingRequest): Promise<EndingPlan>;
  /** Answers when it is certain that it may begin; then the process ends its pipeline, removes all, and ends. ENDING_REFUSED. */
  run(request: EndingRequest): Promise<EndingBegun>;
}

/** ENDING_REFUSED: nothing was touched; exit 3. */
export function endingRefused(refusals: readonly EndingRefusal[]): SluiceError {
  return new SluiceError({
    code: 'ENDING_REFUSED',
    message: refusals.map(({ reason }) => reason).join('; '),
    remedy: refusals.map(({ cure }) => `${cure}.`).join(' '),
    disposition: 'stop',
  });
}
