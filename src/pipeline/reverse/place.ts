import { type Config, HEARTBEAT_DATABASE } from '../../config/config.ts';
import type { ChangeLog } from '../../contract/change-log.ts';
import { type LogOptions, openLog } from '../../log/open-log.ts';
import type { CheckpointPlace } from '../../mysql-sink/checkpoint.ts';
import { logOptionsOf } from '../log-of.ts';

/** Entries of the reverse log's state. */
export const REVERSE_STATES = { heartbeat: 'reverse-beat', drain: 'reverse-drain' } as const;

/** The names of what the way back has on both servers. */
export interface ReversePlace {
  readonly slot: string;
  readonly publication: string;
  readonly checkpoint: CheckpointPlace;
  readonly topicPrefix: string;
}

export function reversePlace({ pipeline, log }: Config): ReversePlace {
  const name = `sluice_${pipeline}_reverse`;
  return {
    slot: name,
    publication: name,
    checkpoint: { database: HEARTBEAT_DATABASE, pipeline },
    topicPrefix: `${log.topicPrefix}-reverse`,
  };
}

/** The way back has a log of its own, beside the pipeline's; nothing is touched before its first use. */
export function openReverseLog(config: Config): ChangeLog {
  return openLog(reverseLogOptions(config));
}

export function reverseLogOptions(config: Config): LogOptions {
  const options = logOptionsOf(config);
  return options.kind === 'embedded'
    ? { ...options, directory: `${options.directory}-reverse` }
    : { ...options, topicPrefix: reversePlace(config).topicPrefix };
}
