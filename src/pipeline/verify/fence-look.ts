import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import type { ChangesVerified, OrphansLookedFor } from '../../cutover/steps/verify.ts';
import { nameOf, UNSEEN, type Unverified } from '../../cutover/verified.ts';
import { connectPostgres } from '../../postgres/connection.ts';
import { withSession } from '../../postgres/within.ts';
import type { ChangedKeys } from '../../verify/changed-keys.ts';
import type { OrphanWatch } from '../../verify/orphan-watch.ts';
import { MOST_KEYS } from '../../verify/recheck.ts';
import type { TableScope, VerifiedTable } from '../../verify/verified-table.ts';
import type { Verifier } from '../../verify/verifier.ts';
import { WarmSessions } from '../../verify/warm-sessions.ts';
import type { VerifyBook } from './book.ts';
import { type ChangedOptions, verifyChanged } from './changed.ts';
import { type OrphanBaseline, orphanBaseline } from './orphan-baseline.ts';
import type { WithVerifier, WithVerifierOptions } from './verifier-of.ts';

export interface FenceLookOptions {
  readonly config: Config;
  readonly keys: ChangedKeys;
  /** Of the process. */
  readonly signal: AbortSignal;
  readonly onRest: WithVerifierOptions['onRest'];
  readonly book: VerifyBook;
  readonly withVerifier: WithVerifier;
  /** All tables that the source shows now. */
  readonly scopes: () => Promise<readonly TableScope[]>;
}

/** Compares for a switch what has changed: ahead of its fence, and behind it with what the look ahead has kept. */
export class FenceLook {
  readonly #options: FenceLookOptions;
  /** Since the last comparison ahead of a fence. */
  #orphans: OrphanBaseline | null = null;
  /** Tables that the last comparison ahead of a fence saw (null: there was none), and what those were that it looked at. */
  #scopesAhead: readonly TableScope[] | null = null;
  #shapesAhead = new Map<string, VerifiedTable>();
  readonly #warm: WarmSessions;

  constructor(options: FenceLookOptions) {
    this.#options = options;
    this.#warm = new WarmSessions(options.signal);
  }

  /** Undefined before the first comparison ahead of a fence. */
  get orphanWatch(): OrphanWatch | undefined {
    return this.#orphans?.watch;
  }

  /** All that changed since it was compared; `isStill`: behind a fence, where nothing moves. */
  async changed(signal: AbortSignal, isStill: boolean): Promise<ChangesVerified> {
    const orphans = isStill ? (this.#orphans?.watch ?? null) : null;
    if (!isStill) this.#forgetAhead();
    const how = { isStill, orphans, signal };
    try {
      const { scopes, looked } = await this.#lookedAt(isStill ? this.#scopesAhead : null, how);
      const found = { ...looked, unproven: [...looked.unproven, ...this.#unseen(scopes, isStill)] };
      if (orphans === null) this.#orphans = await orphanBaseline(this.#options.config, scopes, signal);
      return { ...found, orphans: await this.#orphansOf(found.whole, scopes, orphans, signal) };
    } finally {
      if (isStill) void this.#warm.close();
    }
  }

  /** What the look before this one has left is of another attempt, or older than this one: its sessions may be gone. */
  #forgetAhead(): void {
    this.#shapesAhead = new Map();
    void this.#warm.close();
  }

  /**
   * Looks at all tables that the source shows now. Behind a fence it begins with those of the look ahead of it and asks
   * the source meanwhile: where that shows others, what was looked at counts for nothing.
   */
  async #lookedAt(ahead: readonly TableScope[] | null, how: Pick<ChangedOptions, 'isStill' | 'orphans' | 'signal'>) {
    const { config, keys, book, withVerifier, onRest } = this.#options;
    const moved = how.isStill ? keys.moveOutMany(MOST_KEYS) : keys.moveOut();
    const asked = this.#options.scopes();
    const look = async (scopes: readonly TableScope[]) => {
      await moved;
      book.expect(scopes);
      const parts = { book, follower: keys.follower, shapes: this.#shapesAhead, warm: this.#warm };
      const work = (verifier: Verifier) => verifyChanged(verifier, { ...parts, ...how, scopes });
      const around = { isHasty: true, onRest, signal: how.signal };
      return await withVerifier(config, keys, work, around);
    };
    const [begun, shown] = await Promise.allSettled([ahead === null ? null : look(ahead), asked, moved]);
    if (shown.status === 'rejected') throw shown.reason;
    const scopes = shown.value;
    if (ahead === null || !isSame(ahead, scopes)) return { scopes, looked: await look(scopes) };
    if (begun.status === 'rejected') throw begun.reason;
    return { scopes, looked: begun.value ?? (await look(scopes)) };
  }

  /** An account that has lost its right on a table does not see it: nothing of it was compared, and nothing says so. */
  #unseen(scopes: readonly TableScope[], isStill: boolean): readonly Unverified[] {
    const now = scopes.map(nameOf);
    const before = isStill ? (this.#scopesAhead ?? []).map(nameOf) : [];
    this.#scopesAhead = scopes;
    const gone = before.filter((table) => !now.includes(table));
    const none = now.length === 0 && gone.length === 0 ? ['every table'] : [];
    return [...gone, ...none].map((table) => ({ table, reason: UNSEEN }));
  }

  /** Counted just now, or looked for among what has changed since. */
  async #orphansOf(
    whole: readonly string[],
    scopes: readonly TableScope[],
    watch: OrphanWatch | null,
    signal: AbortSignal,
  ): Promise<OrphansLookedFor> {
    const { counted = 0, uncounted = [], found = [] } = this.#orphans ?? {};
    if (watch === null) return { counted, uncounted, found };
    for (const scope of scopes) if (whole.includes(nameOf(scope))) watch.suspect(scope.target);
    const session = this.#warm.takeTarget() ?? (await connectPostgres(targetLogin(this.#options.config)));
    return { counted, uncounted, found: await withSession(session, signal, (open) => watch.found(open)) };
  }
}

function isSame(ahead: readonly TableScope[], now: readonly TableScope[]): boolean {
  const names = (scopes: readonly TableScope[]) => scopes.map(nameOf).sort().join('\n');
  return names(ahead) === names(now);
}
