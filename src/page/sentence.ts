import { incompleteOf } from '../contract/incomplete.ts';
import type { TableFreshness } from '../contract/measurement.ts';
import { pauseText } from '../contract/pace.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { age, amount, duration, instant } from './format.ts';

export interface Sentence {
  /** `good`: nothing to do. `wait`: it will come by itself. `bad`: somebody should look. */
  readonly tone: 'good' | 'wait' | 'bad';
  readonly text: string;
  /** What else there is to know, a line each. */
  readonly more: readonly string[];
}

/** How far the target is complete, for somebody who is about to believe a number. Pure. */
export function freshnessSentence(status: PipelineStatus, nowMs: number): Sentence {
  const { freshness, state, lagMs } = status;
  const held = pauseText(status.pace);
  const waiting = incompleteOf(status).map(({ table, reason }) => (table === null ? reason : `${table}: ${reason}`));
  const more = held === null ? waiting : [held, ...waiting];
  const to = freshness.completeToMs;
  if (status.mode === 'capture') return wait('This process only reads the source: the one that applies knows.', more);
  if (state === 'cut-over')
    return { tone: 'good', text: 'The application writes to the target: it is complete by itself.', more };
  if (state === 'starting' || state === 'loading') return loading(status, more);
  if (to === null) return { ...wait('How far the target is complete is not known yet.', more), tone: worst(more) };
  const told = `Complete up to ${instant(to, nowMs)}, ${age(nowMs - to)} ago`;
  if (held !== null) return { tone: 'bad', text: `${told}, and paused there.`, more };
  const behind = furthestBehind(freshness.tables);
  if (behind !== null) return { tone: 'bad', text: `${told}: ${behind.table} is behind.`, more };
  if (lagMs === null)
    return { tone: 'bad', text: `${told}. What came after is not known: the source cannot be asked.`, more };
  const isFresh = lagMs < LATE_MS && more.length === 0;
  return { tone: isFresh ? 'good' : worst(more), text: `${told}.`, more };
}

/** Somebody would notice it. */
const LATE_MS = 10_000;
/** Tables that are level differ by no more. */
const LEVEL_MS = 5_000;

function loading({ snapshot }: PipelineStatus, more: readonly string[]): Sentence {
  const left =
    snapshot.etaMs === null || snapshot.state !== 'copying' ? '' : ` About ${duration(snapshot.etaMs)} left.`;
  const tables = snapshot.tables.filter(({ phase }) => phase === 'waiting' || phase === 'copying').length;
  const what = tables === 0 ? 'what was copied is being finished' : `${amount(tables, 'table')} to be copied`;
  return wait(`Not complete yet: ${what}.${left}`, more);
}

/** The one that decides, when it is not merely as late as all. */
function furthestBehind(tables: readonly TableFreshness[]): TableFreshness | null {
  const times = tables.map(({ completeToMs }) => completeToMs ?? 0);
  const [least, most] = [Math.min(...times), Math.max(...times)];
  return most - least < LEVEL_MS ? null : (tables.find(({ completeToMs }) => (completeToMs ?? 0) === least) ?? null);
}

function wait(text: string, more: readonly string[]): Sentence {
  return { tone: 'wait', text, more };
}

function worst(more: readonly string[]): Sentence['tone'] {
  return more.length > 0 ? 'bad' : 'wait';
}
