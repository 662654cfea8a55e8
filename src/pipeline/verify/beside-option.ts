import type { Config } from '../../config/config.ts';
import type { ComparedObject } from '../../contract/compared-object.ts';
import type { RowCount } from '../../verify/also/row-count.ts';
import type { Pair } from '../../verify/script/script-table.ts';

export interface AlsoOptions {
  /** Nothing writes to either side, and the target has all: what moves is not compared otherwise, with the reason. */
  readonly isStill: boolean;
  /** Reads each table of the source that has columns under such rules once, by one statement without a throttle. */
  readonly countsLosses: boolean;
  /** Reads each child of a foreign key once on the target, by one statement however long it takes. */
  readonly countsOrphans: boolean;
  /** Counted by whoever compared the rows. */
  readonly rowCounts: readonly RowCount[];
  readonly signal: AbortSignal;
}

export interface ValidationScripts extends Pair {
  /** Tables that are in both. */
  readonly tables: readonly string[];
  /** Tables of the source that the target has not: no script names them. */
  readonly absent: readonly string[];
}

/** What `sluice verify` does besides comparing rows. */
export interface BesideRows {
  compare(config: Config, options: AlsoOptions): Promise<readonly ComparedObject[]>;
  scripts(config: Config): Promise<ValidationScripts>;
}
