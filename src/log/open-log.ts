/** The log between capture and apply: embedded segment files or Kafka, behind one contract. */
import type { ChangeLog } from '../contract/change-log.ts';
import { EmbeddedLog, type EmbeddedLogOptions } from './embedded/embedded-log.ts';
import { filesOfLog, removeEmbeddedLog } from './embedded/remove.ts';
import { setLogAside } from './embedded/set-aside.ts';
import { KafkaLog, type KafkaLogOptions } from './kafka/kafka-log.ts';
import { removeTopics, topicsOfLog } from './kafka/remove.ts';

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

/** What there is of a log: its directory, or its topics for tables of these databases; empty: nothing. */
export async function findLog(options: LogOptions, databases: readonly string[]): Promise<readonly string[]> {
  if (options.kind === 'kafka') return await topicsOfLog(options, databases);
  return (await filesOfLog(options.directory)).length === 0 ? [] : [options.directory];
}

/** Deletes a log for good; the same call ends what a crash has left of that. */
export async function removeLog(options: LogOptions, databases: readonly string[]): Promise<void> {
  if (options.kind === 'kafka') await removeTopics(options, databases);
  else await removeEmbeddedLog(options.directory);
}
