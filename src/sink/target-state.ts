import type { SchemaChange } from '../contract/change.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { CascadeWriter } from './cascade-writer.ts';
import type { CheckpointKey } from './checkpoint.ts';
import type { SinkObserver } from './observer.ts';
import { PausedTables } from './paused-table.ts';
import { type Mapping, PlanBook } from './plan-book.ts';
import { QuarantineStore } from './quarantine-store.ts';
import { SetWriter } from './set-writer.ts';
import { VersionBook } from './version-book.ts';

/** What one session knows of the target. Loaded at the start and after every rollback, so that memory never leads. */
export interface TargetState {
  readonly session: PostgresSession;
  readonly key: CheckpointKey;
  readonly mapping: Mapping;
  readonly observer: SinkObserver;
  readonly plans: PlanBook;
  readonly versions: VersionBook;
  readonly paused: PausedTables;
  readonly store: QuarantineStore;
  readonly writer: SetWriter;
  readonly cascades: CascadeWriter;
  /** The last DDL met of each table, for rows whose shape the catalogue had left behind by then. */
  readonly lastSchema: Map<string, SchemaChange>;
  /** Names that tables with waiting changes have left by a RENAME whose other half is still to come. */
  readonly unsound: Set<string>;
}

export async function loadTargetState(
  session: PostgresSession,
  key: CheckpointKey,
  { mapping, observer }: { readonly mapping: Mapping; readonly observer: SinkObserver },
): Promise<TargetState> {
  const versions = new VersionBook(session, key.pipeline);
  const paused = new PausedTables(session, key.pipeline);
  const latest = (database: string, table: string) => versions.latest(database, table);
  const store = new QuarantineStore(session, key, latest);
  // Staging tables belong to plans, which are made anew.
  await session.query('DISCARD TEMP');
  await versions.load();
  await paused.load();
  await store.load();
  return {
    session,
    key,
    mapping,
    observer,
    versions,
    paused,
    store,
    plans: new PlanBook(session, mapping, latest),
    writer: new SetWriter(session),
    cascades: new CascadeWriter({ session, mapping, latest, observer }),
    lastSchema: new Map(),
    unsound: new Set(),
  };
}
