import { pause } from '../pause.ts';

/** Together less than after which a stage that does not move is told stalled: a server that is away is no stall. */
export const SILENT_MS = 10_000;
export const ANSWER_MS = 10_000;

/** One conversation with a server. Times by performance.now(). */
export interface Conversation {
  /** Since when the server owes an answer; null: it owes none. */
  readonly owedSinceMs: number | null;
  readonly heardAtMs: number;
  /** Gives it up at once: what runs on it fails as if the network had ended it. */
  cut(why: string): void;
}

/** What the server does for that conversation: `listens`: it waits for words of ours. `silent`: nobody answers. */
export type Doing = 'gone' | 'listens' | 'works' | 'silent';

export interface SilenceWatchOptions<Link extends { readonly session: Conversation }> {
  /** null: there is no link now. */
  readonly link: () => Link | null;
  /** Asked over another session; never fails. */
  readonly ask: (link: Link) => Promise<Doing>;
  /** Told after each question. */
  readonly onAnswer?: (answers: boolean) => void;
  readonly signal: AbortSignal;
  readonly silentMs?: number;
}

/** `owed`: the process behind the link waits for words of ours while we wait for its own. */
type Verdict = 'silent' | 'lost' | 'owed' | 'well';

/**
 * A server that hangs, or a network that has lost a link without a word, looks like a statement that takes long. So when
 * nothing came from it for a while, another session asks what the link's process does: a statement that works is left
 * alone, however long, and so is one that waits for a lock. Until aborted; never fails (INV-206).
 */
export async function watchSilence<Link extends { readonly session: Conversation }>(
  options: SilenceWatchOptions<Link>,
): Promise<void> {
  const { link, ask, signal, onAnswer, silentMs = SILENT_MS } = options;
  let askedAtMs = performance.now();
  let owedBefore: number | null = null;
  while (!signal.aborted) {
    await pause(silentMs / 10, signal);
    const now = link();
    const isQuiet = now !== null && performance.now() - Math.max(now.session.heardAtMs, askedAtMs) > silentMs;
    if (now === null || !isQuiet || signal.aborted) continue;
    const { owedSinceMs } = now.session;
    const verdict = verdictOf(owedSinceMs !== null, await ask(now));
    // Asked twice: its answer may have been on the way.
    const isLost = verdict === 'lost' || (verdict === 'owed' && owedBefore === owedSinceMs);
    owedBefore = verdict === 'owed' ? owedSinceMs : null;
    if (verdict !== 'owed') askedAtMs = performance.now();
    onAnswer?.(verdict !== 'silent');
    const isSame = owedSinceMs !== null && now.session.owedSinceMs === owedSinceMs;
    if (isSame && verdict === 'silent') now.session.cut('the server says nothing any more');
    if (isSame && isLost) now.session.cut('the link was lost without a word');
  }
}

function verdictOf(isOwed: boolean, doing: Doing): Verdict {
  if (doing === 'silent') return 'silent';
  if (!isOwed || doing === 'works') return 'well';
  return doing === 'gone' ? 'lost' : 'owed';
}
