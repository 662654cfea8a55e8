import type { Config } from '../../config/config.ts';
import type { EvidenceEvent } from '../../evidence/event.ts';
import type { Facts, ShownOption } from '../../evidence/facts.ts';

export interface CollectOptions {
  readonly by: string;
  /** The options in force, secrets masked. */
  readonly configuration: readonly ShownOption[];
  /** Folder of backups on this machine. */
  readonly backups: string;
  /** Keys and values of rows stand in it: of differences, repairs and reasons. */
  readonly showsValues: boolean;
  /** Asks both servers anew for what they have beside rows. */
  readonly compares: boolean;
  /** Has both servers hash every row of every table. */
  readonly checksums: boolean;
  readonly signal: AbortSignal;
  /** What is being read, for people. */
  readonly onStep: (words: string) => void;
}

/**
 * Reads everything that an evidence file holds, from whatever answers: the running pipeline, the journals on the target,
 * both servers. What does not answer is named in it, and nothing is changed.
 */
export type CollectEvidence = (config: Config, options: CollectOptions) => Promise<Facts>;

/** Keeps one event of a command on the target; false: it could not be kept. */
export type RecordOnce = (config: Config, event: EvidenceEvent) => Promise<boolean>;

/** What `sluice report` does. */
export interface ReportPort {
  readonly collect: CollectEvidence;
  /** Keeps on the target that a file with this root was written; false: it could not be kept. */
  note(config: Config, report: { readonly by: string; readonly root: string; readonly atMs: number }): Promise<boolean>;
}
