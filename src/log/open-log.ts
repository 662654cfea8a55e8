/** The log between capture and apply: embedded segment files or Kafka, behind one contract. */
import type { ChangeLog } from '../contract/change-log.ts';
import { EmbeddedLog, type EmbeddedLogOptions } from './embedded/embedded-log.ts';
import { setLogAside } from './embedded/set-aside.ts';
import { KafkaLog, type KafkaLogOptions } from './kafka/kafka-log.ts';

export type LogOptions =
  | ({ readonly kind: 'embedded' } & EmbeddedLogOptions)
  | ({ readonly kind: 'kafka' } & KafkaLogOptions);

/** Touches nothing yet: a log is found or made by the first call on it. */
export function openLog(options: LogOptions): ChangeLog {
  switch (options.kind) {
    case 'embedded':
      return new EmbeddedLog(options);
    case 'kafka':
      return new KafkaLog(options);
  }
}

/**
 * Makes room for a new log where a damaged one stands; nothing of it is deleted. Answers where it went; null where that
 * is not ours to do: topics are others' too.
 */
export async function makeRoom(options: LogOptions): Promise<string | null> {
  return options.kind === 'embedded' ? await setLogAside(options.directory) : null;
}
