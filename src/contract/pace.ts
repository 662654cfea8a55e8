/** How fast a person lets the stream go to the target. It ends with the process: the next one goes at its own speed. */
export interface PaceStatus {
  readonly state: 'free' | 'throttled' | 'paused';
  /** Rows a second at most; null: no limit. While it is paused, the one that holds again afterwards. */
  readonly rowsPerSecond: number | null;
  /** Who asked for `state` first, and when: it stays with whoever paused until `resume`. null: nobody has. */
  readonly by: string | null;
  readonly sinceMs: number | null;
  /** Who asked for the limit first, and when; null where there is none. */
  readonly limitBy: string | null;
  readonly limitSinceMs: number | null;
  /** A pause that ended with the process before this one, not by `resume`; null: there was none. */
  readonly lost: LostPause | null;
}

export interface LostPause {
  readonly by: string | null;
  readonly sinceMs: number | null;
}

/** What it is from now on. */
export interface PaceAnswer extends PaceStatus {
  /** False: it was so already, and nothing was changed. */
  readonly isChanged: boolean;
}

export const FREE_PACE: PaceStatus = {
  state: 'free',
  rowsPerSecond: null,
  by: null,
  sinceMs: null,
  limitBy: null,
  limitSinceMs: null,
  lost: null,
};

/** In a process that applies. What is read and logged goes on; only the target waits. */
export interface PaceActions {
  /** The transaction in hand is committed, and none is begun. PACE_SWITCHING while a cutover is under way. */
  pause(by: string): Promise<PaceAnswer>;
  resume(by: string): Promise<PaceAnswer>;
  /** null: no limit. PACE_SWITCHING too. */
  throttle(rowsPerSecond: number | null, by: string): Promise<PaceAnswer>;
}

/** What holds it, in words; null: nothing does. */
export function paceText(pace: PaceStatus): string | null {
  const { state, by, sinceMs } = pace;
  const limit = limitText(pace);
  if (state !== 'paused') return limit === null ? null : `the stream to the target is ${limit}: sluice throttle off`;
  const then = limit === null ? '' : ` (then ${limit})`;
  return `the stream to the target is paused${asked(by, sinceMs)}: sluice resume${then}`;
}

/** Why the stream stands still at a person's wish, in words; null: it does not. */
export function pauseText(pace: PaceStatus | null): string | null {
  return pace?.state === 'paused' ? paceText(pace) : null;
}

/** What holds a copy up while the stream is paused, in words; empty: nothing. */
export function heldCopyText(pace: PaceStatus | null): string {
  return pace?.state === 'paused' ? '; nothing more of it reaches the target until the stream goes on' : '';
}

/** In words. */
export function lostPauseText(lost: LostPause): string {
  return `the pause${asked(lost.by, lost.sinceMs)} ended with the process before this one: the stream to the target goes on`;
}

function limitText({ rowsPerSecond, limitBy, limitSinceMs }: PaceStatus): string | null {
  if (rowsPerSecond === null) return null;
  const rows = rowsPerSecond === 1 ? '1 row' : `${rowsPerSecond} rows`;
  return `held to ${rows} a second${asked(limitBy, limitSinceMs)}`;
}

function asked(by: string | null, sinceMs: number | null): string {
  const who = by === null ? '' : ` by ${by}`;
  return sinceMs === null ? who : `${who} since ${new Date(sinceMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
