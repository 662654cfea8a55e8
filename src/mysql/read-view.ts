import type { BinlogCoordinate, Position } from '../contract/position.ts';
import type { MysqlConnection } from './connection.ts';
import type { TableName } from './identifier.ts';

/** A session in which a read is at or past a position, with a coordinate at or past all that it read (protocols 3). */
export interface ReadView {
  readonly connection: MysqlConnection;
  /** End of what the reads so far can have seen; asked after the last of them. */
  high(): Promise<BinlogCoordinate>;
  /** Ends the view; a broken one takes its connection with it. */
  close(isBroken: boolean): Promise<void>;
}

/** How one kind of server gives such views. */
export interface ViewSource {
  /** A view in which every transaction of `low` is visible (INV-42). */
  open(low: Position): Promise<ReadView>;
  /**
   * A view of one table that holds exactly what was committed before `high()`, taken under a brief lock (INV-45).
   * `underLock` runs in the view while nobody can change the table or its definition.
   */
  openLocked(table: TableName, underLock: (connection: MysqlConnection) => Promise<void>): Promise<ReadView>;
  close(): Promise<void>;
}
