/** Contracts: what crosses a stage. This folder imports nothing. */

export type ServerKind = 'mysql' | 'mariadb' | 'postgresql';

/**
 * A coordinate in a source, opaque outside `src/position/`. `text` is its durable form and may be computed when asked,
 * so keep the object and read `text` only where it is stored.
 */
export interface Position {
  readonly server: ServerKind;
  readonly text: string;
}

/** Positions are partially ordered: two histories can each hold what the other lacks. */
export type PositionOrder = 'before' | 'equal' | 'after' | 'neither';

/** A byte coordinate in the binlog of one server, for the snapshot's high watermark (protocols 3). */
export interface BinlogCoordinate {
  readonly serverId: string;
  readonly file: string;
  readonly offset: number;
}
