import { ByteWriter } from '../avro/byte-writer.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import type { ViewSource } from '../mysql/read-view.ts';
import type { Throttle } from '../mysql/throttle.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import type { AppliedPoint, Follower } from './follower.ts';
import type { TableChanges, Window } from './table-changes.ts';

/** Both servers as one worker reads them, and the sink that it follows. */
export interface Sides {
  readonly views: ViewSource;
  readonly session: PostgresSession;
  readonly follower: Follower;
  readonly throttle: Throttle;
  /** Where the target stands, as a session sees it. */
  readonly readPoint: (session: PostgresSession) => Promise<AppliedPoint | null>;
  readonly signal: AbortSignal;
  /** What the worker reads into, again and again: lines of both sides, and rows of the source as they were sent. */
  readonly lines: { readonly source: Lines; readonly sent: Lines; readonly target: Lines };
}

/** Room for the lines of one side, kept from one chunk to the next. */
export class Lines {
  #out = new ByteWriter(FIRST_BYTES);

  /** Empty; what was read into it before is gone. Room that a very large row took is given back. */
  empty(): ByteWriter {
    if (this.#out.bytes.length > MOST_KEPT_BYTES) this.#out = new ByteWriter(FIRST_BYTES);
    this.#out.reset();
    return this.#out;
  }
}

const FIRST_BYTES = 64 * 1024;
const MOST_KEPT_BYTES = 16 * 1024 * 1024;

/** `void`: something happened to the table, or another process applies: what was read says nothing. */
export type InWindow<S, T> = 'void' | { readonly source: S; readonly target: T; readonly point: AppliedPoint };

/**
 * One comparison (protocols 5): a window in which changed keys are noted; the source, at or past all that the target had
 * at its beginning; the target, at or past all that the source's read can have seen. A key that did not change in the
 * window must be the same on both sides (INV-121). `use` runs before the window closes.
 */
export async function inWindow<S extends { readonly rows: number }, T, R>(
  sides: Sides,
  changes: TableChanges,
  work: {
    readonly source: (connection: MysqlConnection) => Promise<S>;
    readonly target: (session: PostgresSession, source: S) => Promise<T>;
    readonly use: (found: InWindow<S, T>, window: Window) => R;
  },
): Promise<R> {
  const { follower, signal } = sides;
  const { window, low } = follower.open(changes);
  try {
    const { source, high } = await readSource(sides, low, work.source);
    await follower.untilReached(high, signal);
    const { point, found } = await inSnapshot(sides, (session) => work.target(session, source));
    const isKnown = !window.isVoid && point !== null && follower.knows(point);
    return work.use(isKnown ? { source, target: found, point } : 'void', window);
  } finally {
    window.close();
  }
}

/** Reads the source at or past a point, and tells a coordinate at or past all that was read. */
export async function readSource<S extends { readonly rows: number }>(
  { views, throttle }: Sides,
  low: AppliedPoint,
  read: (connection: MysqlConnection) => Promise<S>,
) {
  const view = await views.open(low.position);
  let isBroken = true;
  try {
    const source = await throttle.run(
      () => read(view.connection),
      ({ rows }) => rows,
    );
    const high = await view.high();
    isBroken = false;
    return { source, high };
  } finally {
    await view.close(isBroken);
  }
}

/** Reads the target and where it stands as of one instant. */
export async function inSnapshot<T>(
  { session, readPoint }: Pick<Sides, 'session' | 'readPoint'>,
  read: (session: PostgresSession) => Promise<T>,
): Promise<{ readonly point: AppliedPoint | null; readonly found: T }> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const point = await readPoint(session);
    return { point, found: await read(session) };
  } finally {
    await session.query('ROLLBACK');
  }
}
