import type { Change } from '../contract/change.ts';
import type { EpochHeader } from '../contract/change-log.ts';

/** An epoch of the log with its records decoded: what the sink applies whole, in order, once. */
export interface DecodedEpoch {
  readonly header: EpochHeader;
  readonly logId: string;
  /** In source order. May be called again to read anew: the sink does after a transaction that it rolled back. */
  changes(): AsyncIterable<readonly Change[]>;
}
