import type { RowChange } from '../contract/change.ts';
import type { Origin, Reason } from '../contract/set-aside.ts';
import type { QuarantineCount } from '../contract/status.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { CheckpointKey } from './checkpoint.ts';
import type { QuarantineStore } from './quarantine-store.ts';
import type { VersionBook } from './version-book.ts';
import { nameOf } from './waiting-index.ts';

/** Where a change goes that cannot be applied now. */
export interface Aside {
  add(change: RowChange, why: Reason, origin: Origin): Promise<void>;
  /** Writes what was added; before the commit. */
  flush(): Promise<void>;
}

/** Into quarantine, whole, in the transaction that would have applied it (INV-55). */
export class NewAside implements Aside {
  readonly #store: QuarantineStore;
  readonly #versions: VersionBook;
  readonly #counts = new Map<string, QuarantineCount>();

  constructor(store: QuarantineStore, versions: VersionBook) {
    this.#store = store;
    this.#versions = versions;
  }

  /** How many were added, by source table and reason. */
  get counts(): readonly QuarantineCount[] {
    return [...this.#counts.values()];
  }

  async add(change: RowChange, why: Reason, origin: Origin): Promise<void> {
    const { database, table } = change.table;
    const name = `${nameOf(change.table)}\0${why.reason}`;
    const changes = (this.#counts.get(name)?.changes ?? 0) + 1;
    this.#counts.set(name, { table: `${database}.${table}`, reason: why.reason, changes });
    const version = await this.#versions.note(change.table);
    const id = this.#store.setAside(change, version, why, origin);
    if (why.reason !== 'table-paused') this.#store.index.add(nameOf(change.table), change, why.behind ?? id);
    this.#store.hold(change, why.behind ?? id);
  }

  async flush(): Promise<void> {
    await this.#store.flush();
  }
}

/** Back into the place that it had: for changes tried again. */
export class KeptAside implements Aside {
  readonly #session: PostgresSession;
  readonly #key: CheckpointKey;
  readonly #store: QuarantineStore;
  readonly #ids = new Map<RowChange, string>();
  readonly #kept = new Map<string, Reason>();

  constructor(session: PostgresSession, key: CheckpointKey, store: QuarantineStore) {
    this.#session = session;
    this.#key = key;
    this.#store = store;
  }

  /** Ids that were added again. */
  get kept(): ReadonlyMap<string, Reason> {
    return this.#kept;
  }

  expect(change: RowChange, id: string): void {
    this.#ids.set(change, id);
  }

  async add(change: RowChange, why: Reason): Promise<void> {
    const id = this.#ids.get(change);
    if (id === undefined) throw new Error('a change that was not expected');
    this.#kept.set(id, why);
    if (why.reason !== 'table-paused') this.#store.index.add(nameOf(change.table), change, why.behind ?? id);
    this.#store.hold(change, why.behind ?? id);
  }

  async flush(): Promise<void> {
    for (const [id, { reason, message, behind }] of this.#kept) {
      await this.#session.query(
        'UPDATE sluice.quarantine SET reason = $3, message = $4, behind = $5 WHERE pipeline = $1 AND id = $2',
        [this.#key.pipeline, id, reason, message, behind],
      );
    }
  }
}
