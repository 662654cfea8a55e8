import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, TableName } from '../contract/change.ts';
import type { LogOffset } from '../contract/change-log.ts';
import { SluiceError } from '../contract/error.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { ChangedKeyStore, type KeysWanted, type StoredKeys, type StoredKeysRead } from './changed-key-store.ts';
import type { AppliedPoint, Follower } from './follower.ts';
import { Grouped } from './grouped.ts';
import { amountOf, type ChangedKey, type TableChanges } from './table-changes.ts';
import { type Rechecked, VerifyStore } from './verify-store.ts';

export interface ChangedKeysOptions {
  readonly follower: Follower;
  readonly pipeline: string;
  readonly connect: () => Promise<PostgresSession>;
  /** Changes of the epochs from an offset of the log on, up to and with an epoch; LOG_PURGED where they are gone. */
  readonly recall: (from: LogOffset, epoch: number, signal: AbortSignal) => AsyncIterable<readonly Change[]>;
  /** A statement that the target owes an answer for this long is given up; longer than one waits for a lock. */
  readonly silentMs?: number;
}

/** Keys that are to be looked at, and what of the store they are. */
export interface TakenKeys {
  readonly keys: readonly ChangedKey[];
  /** Those that are nowhere else. */
  readonly held: readonly ChangedKey[];
  readonly stored: StoredKeys;
  readonly emptied: number;
}

const EVERY_MS = 5_000;
const FULL_POLL_MS = 50;
/** More of one table costs more to look at row by row than to compare the table whole. */
const MOST_STORED_BYTES = 256 * 1024 * 1024;
const SILENT_MS = 60_000;
const SILENT_POLL_MS = 100;
/** The stream waits meanwhile. */
const RECALL_MS = 30_000;

/**
 * Keeps the keys that changed since their tables were compared on the target, together with the epoch up to which none
 * is missing, so that memory is bounded and a process that is killed leaves what the next needs: that reads what came
 * after this epoch from the log (INV-176). Whoever keeps here last is the only one who may.
 */
export class ChangedKeys {
  readonly #options: ChangedKeysOptions;
  readonly #owner = crypto.randomUUID();
  readonly #written = new Map<TableChanges, Facts>();
  #session: PostgresSession | null = null;
  /** Of that session, with all that they need in place. */
  #stores: Stores | null = null;
  #busy: Promise<unknown> = Promise.resolve();
  readonly #takes = new Grouped<KeysWanted, StoredKeysRead>((all) => this.#exclusively((store) => store.read(all)));
  readonly #looks = new Grouped<LookedAt, LookedAt>((all) => this.#write(all));
  /** Tables of which keys are held that stand nowhere else: until they were looked at none may count as kept. */
  #held = 0;
  /** When that was begun last. */
  #movedOutAtMs = 0;
  #isFull = false;
  #isOwner = false;
  #epoch = -1;

  constructor(options: ChangedKeysOptions) {
    this.#options = options;
    options.follower.onFull(() => {
      this.#isFull = true;
    });
  }

  get follower(): Follower {
    return this.#options.follower;
  }

  /** The sink holds its lock and stands at a checkpoint: takes over what an earlier process kept, or what is not known. */
  async takeOver(point: AppliedPoint | null, signal: AbortSignal): Promise<void> {
    await this.#exclusively(async (store) => {
      const { follower } = this.#options;
      const { wasOurs, kept } = await store.takeOver(this.#owner);
      if (wasOurs) return;
      if (this.#isOwner) follower.loseAll('another process has applied changes meanwhile');
      const isFirst = !this.#isOwner;
      this.#isOwner = true;
      if (isFirst && kept !== null && point !== null && kept.logId === point.logId && kept.epoch <= point.epoch) {
        for (const { name, ...what } of kept.tables) (await follower.follow(name, signal)).restore(what);
        await this.#recall(store, kept, { point, signal });
      } else await store.forget();
    });
  }

  /** Until the signal: what changed is out of memory soon, and known to the next process. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(FULL_POLL_MS, undefined, { signal }).catch(() => {});
      // Not right behind whoever has just done so: a fence may follow, behind which nobody should wait for it.
      if (signal.aborted || (!this.#isFull && performance.now() - this.#movedOutAtMs < EVERY_MS)) continue;
      this.#movedOutAtMs = performance.now();
      // What cannot be written now stays in memory and is tried again.
      await this.moveOut().catch(ofOurs);
    }
    await this.moveOut().catch(ofOurs);
    await this.#busy;
    await this.#close();
  }

  /** All that is kept is on the target when it resolves. */
  async moveOut(): Promise<void> {
    if (!this.#isOwner) return;
    this.#movedOutAtMs = performance.now();
    await this.#exclusively((store) => this.#moveOut(store, this.follower.point));
  }

  /** Likewise, unless memory has so few of each table that they are looked at from there (`takeHere`). */
  async moveOutMany(most: number): Promise<void> {
    if (this.follower.followed.some(([, { waitingHere }]) => waitingHere > most)) await this.moveOut();
  }

  /** Up to about so many of the oldest keys of a table that are on the target. */
  async take(name: TableName, changes: TableChanges, most: number): Promise<TakenKeys> {
    const { emptied } = changes;
    return { ...(await this.#takes.add({ name, most })), held: [], emptied };
  }

  /**
   * The same with all that are in memory, which nobody waits to be written first: a process that is killed meanwhile leaves
   * them to be read from the log. To be given to `looked` or to `giveBack`.
   */
  async takeHere(name: TableName, changes: TableChanges, most: number): Promise<TakenKeys> {
    const { emptied } = changes;
    const held = changes.takeOut();
    if (held.length > 0) this.#held += 1;
    try {
      const none = { keys: [], stored: { ids: [], entries: 0, bytes: 0 } };
      const stored = changes.moved.entries === 0 ? none : await this.#takes.add({ name, most });
      return { ...stored, keys: [...stored.keys, ...held], held, emptied };
    } catch (error) {
      this.giveBack({ held, emptied }, changes);
      throw error;
    }
  }

  /** They were not looked at, and wait on. */
  giveBack({ held, emptied }: Pick<TakenKeys, 'held' | 'emptied'>, changes: TableChanges): void {
    if (held.length === 0) return;
    this.#held -= 1;
    if (changes.emptied === emptied) changes.putBack(held);
  }

  /** Writes what came of it together with what is still to be looked at: a kill in between looks once more. */
  async looked(taken: TakenKeys, changes: TableChanges, { found, again }: Looked): Promise<void> {
    const written = this.#looks.add({ found, again, stored: taken.stored });
    // Nobody waits to have written that all are equal: without it the table stands as it stood before.
    if (taken.held.length === taken.keys.length && again.length + found.differences.length === 0) written.catch(ofOurs);
    else await written;
    if (taken.held.length > 0) this.#held -= 1;
    if (changes.emptied !== taken.emptied) return;
    changes.movedLess(taken.stored);
    changes.movedMore(amountOf(again));
  }

  /** Of several tables in one transaction: behind a fence everybody waits for each. */
  async #write(looks: readonly LookedAt[]): Promise<readonly LookedAt[]> {
    await this.#exclusively(async (store, verified) => {
      await store.inTransaction(async () => {
        await verified.rechecked(looks.map(({ found }) => found));
        await store.remove(looks.map(({ found, stored }) => ({ name: found.scope, stored })));
        for (const { found, again } of looks) await store.add(found.scope, again);
      });
    });
    return looks;
  }

  async #moveOut(store: ChangedKeyStore, point: AppliedPoint | null): Promise<void> {
    if (this.#held > 0) return;
    this.#isFull = false;
    const outside = await store.outside();
    const taken = this.follower.followed.map(([name, changes]) => ({ name, changes, keys: changes.moveOut() }));
    const facts = this.follower.followed.map(([name, changes]) => ({ name, changes, facts: factsOf(changes) }));
    const changed = facts.filter(({ changes, facts: now }) => !isSame(this.#written.get(changes), now));
    const hasKeys = taken.some(({ keys }) => keys.length > 0);
    if (!hasKeys && changed.length === 0 && (point === null || point.epoch === this.#epoch)) return;
    try {
      await store.write(this.#owner, {
        ...{ point, outside },
        tables: changed.map(({ name, changes, facts: now }) => {
          return { name, ...now, isEmptied: now.emptied !== (this.#written.get(changes)?.emptied ?? 0) };
        }),
        keys: taken.filter(({ keys }) => keys.length > 0),
      });
    } catch (error) {
      for (const { changes, keys } of taken) putBack(changes, keys);
      throw error;
    }
    for (const { changes, facts: now } of changed) this.#written.set(changes, now);
    if (point !== null) this.#epoch = point.epoch;
    for (const [, changes] of this.follower.followed)
      if (changes.moved.bytes > MOST_STORED_BYTES) changes.makeVoid('more keys changed than are kept');
  }

  async #recall(
    store: ChangedKeyStore,
    kept: { readonly epoch: number; readonly next: LogOffset },
    { point, signal }: { readonly point: AppliedPoint; readonly signal: AbortSignal },
  ): Promise<void> {
    const { follower, recall } = this.#options;
    if (kept.epoch === point.epoch || follower.followed.length === 0) return;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(RECALL_MS)]);
    try {
      for await (const changes of recall(kept.next, point.epoch, limit)) {
        limit.throwIfAborted();
        follower.recalled(changes);
        if (this.#isFull) await this.#moveOut(store, null);
      }
      limit.throwIfAborted();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SluiceError) && !limit.aborted) throw error;
      follower.loseAll('what changed shortly before a restart could not be read from the log');
    }
  }

  /** One at a time, on a session of its own that is given up when it failed. */
  async #exclusively<T>(work: (store: ChangedKeyStore, verified: VerifyStore) => Promise<T>): Promise<T> {
    const before = this.#busy;
    const done = Promise.withResolvers<void>();
    this.#busy = done.promise;
    await before;
    const watching = setInterval(() => this.#cutIfSilent(), SILENT_POLL_MS);
    try {
      const { keys, verified } = await this.#open();
      return await work(keys, verified);
    } catch (error) {
      await this.#close();
      throw error;
    } finally {
      clearInterval(watching);
      done.resolve();
    }
  }

  /** A stream that begins again waits for what is under way here: a link that was lost without a word must not hold it. */
  #cutIfSilent(): void {
    const sinceMs = this.#session?.owedSinceMs ?? null;
    const { silentMs = SILENT_MS } = this.#options;
    if (sinceMs !== null && performance.now() - sinceMs > silentMs) this.#session?.cut('no answer');
  }

  async #open(): Promise<Stores> {
    if (this.#stores !== null && this.#session?.isEnded === false) return this.#stores;
    const { connect, pipeline } = this.#options;
    this.#session = await connect();
    const keys = await ChangedKeyStore.open(this.#session, pipeline);
    this.#stores = { keys, verified: await VerifyStore.open(this.#session, pipeline) };
    return this.#stores;
  }

  async #close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    this.#stores = null;
    await session?.close();
  }
}

interface Stores {
  readonly keys: ChangedKeyStore;
  readonly verified: VerifyStore;
}

interface LookedAt extends Looked {
  readonly stored: StoredKeys;
}

export interface Looked {
  readonly found: Rechecked;
  /** Keys that never stood still. */
  readonly again: readonly ChangedKey[];
}

function putBack(changes: TableChanges, keys: readonly ChangedKey[]): void {
  changes.movedLess(amountOf(keys));
  changes.putBack(keys);
}

interface Facts {
  readonly isKnown: boolean;
  readonly keptSinceMs: number | null;
  readonly changes: number;
  readonly emptied: number;
}

function factsOf({ keptSinceMs, noted, emptied, lost }: TableChanges): Facts {
  return { isKnown: lost === null, keptSinceMs, changes: noted, emptied };
}

function isSame(one: Facts | undefined, other: Facts): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function ofOurs(error: unknown): void {
  if (!(error instanceof SluiceError)) throw error;
}
