import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Position } from '../../contract/position.ts';
import { describePosition, isAtHead } from '../../position/position.ts';
import { type LockWait, lockWaits } from '../../postgres/lock-wait.ts';
import { withTarget } from '../target-session.ts';

/** How far each part of the line has come; null: nothing yet, or it runs in another process. */
export interface Reached {
  readonly read: Position | null;
  readonly logged: Position | null;
  readonly applied: Position | null;
}

const WORDS = { read: 'the source is read', logged: 'the log has everything', applied: 'the target has everything' };

/** The first part of the line that does not stand at the end, in words: what comes after it can only wait. Pure. */
export function behindWords(reached: Reached, end: Position): string {
  for (const part of ['read', 'logged', 'applied'] as const) {
    const at = reached[part];
    if (at !== null && !isAtHead(at, end))
      return `${WORDS[part]} up to ${describePosition(at)}, the end is ${describePosition(end)}`;
  }
  return `the target has said nothing of its own up to ${describePosition(end)}`;
}

/**
 * What the line waits for by its own account, in words; where it tries again just now, what it waited for before: each try
 * may fail for the same reason, and the one that is told last must not miss it. Empty: for nothing so far.
 */
export function waitsOrWaited(waitsFor: () => string | null): () => string {
  let before = '';
  return () => {
    const now = waitsFor();
    if (now !== null) before = `it waited before: ${now}`;
    return now ?? before;
  };
}

/** What of it waits for whom on the target, in words; empty: for nobody. Never fails. */
export async function lockWords(config: Config, signal: AbortSignal): Promise<string> {
  try {
    const login = { ...targetLogin(config), connectTimeoutMs: 2_000 };
    const waits = await withTarget(login, signal, (session) => lockWaits(session, config.pipeline));
    return waits.map(waitWords).join('; ');
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return `the target does not answer (${error.code})`;
  }
}

function waitWords({ pid, table, by }: LockWait): string {
  const what = table === null ? 'a transaction' : `a lock on ${table}`;
  const who = [by.user, by.application].filter((word) => word !== '').join(', ');
  return `our session ${pid} waits for ${what} of session ${by.pid} (${who}; ${by.state})`;
}
