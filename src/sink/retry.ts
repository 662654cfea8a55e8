import type { StoredChange } from '../contract/set-aside.ts';
import { KeptAside } from './aside.ts';
import { Batch } from './batch.ts';
import type { Selection } from './quarantine-store.ts';
import { resumeIfFit } from './schema-apply.ts';
import type { TargetState } from './target-state.ts';

const PAGE_ROWS = 1_000;

export interface RetryOutcome {
  readonly applied: number;
  readonly remaining: number;
}

/**
 * Applies what waits, in order, inside the caller's transaction; what fails again keeps its place. A paused table whose
 * target fits by now goes on with it. Again while that helps: rows that did not wait are ahead of those that did, so a
 * unique value may be free only once a later one has moved.
 */
export async function retryWaiting(
  state: TargetState,
  selection: Selection,
  pieceBytes: number,
): Promise<RetryOutcome> {
  // The target was most likely changed to make room for what waits.
  state.plans.forget();
  if (selection === 'all') await resumePaused(state);
  state.plans.takePast();
  let applied = 0;
  for (;;) {
    const outcome = await onePass(state, selection, pieceBytes);
    applied += outcome.applied;
    if (outcome.applied === 0 || outcome.remaining === 0) return { applied, remaining: outcome.remaining };
  }
}

async function onePass(state: TargetState, selection: Selection, pieceBytes: number): Promise<RetryOutcome> {
  await state.store.load(selection);
  const aside = new KeptAside(state.session, state.key, state.store);
  const batch = new Batch(state, { pieceBytes, aside, isCareful: true, isRetry: true });
  const tried: string[] = [];
  for (let page = await next(state, selection, '0'); page.length > 0; ) {
    for (const { id, change } of page) aside.expect(change, id);
    await batch.take(page.map(({ change }) => change));
    tried.push(...page.map(({ id }) => id));
    page = await next(state, selection, page.at(-1)?.id ?? '');
  }
  await batch.flush();
  await aside.flush();
  const applied = tried.filter((id) => !aside.kept.has(id));
  await state.store.settle(applied);
  return { applied: applied.length, remaining: aside.kept.size };
}

async function next(state: TargetState, selection: Selection, after: string): Promise<StoredChange[]> {
  return await state.store.page(selection, after, PAGE_ROWS);
}

async function resumePaused(state: TargetState): Promise<void> {
  for (const { database, table } of state.paused.all) {
    const version = state.versions.latest(database, table);
    if (version !== undefined) await resumeIfFit(state, version);
  }
}
