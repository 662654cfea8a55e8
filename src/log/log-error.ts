import { type Disposition, SluiceError } from '../contract/error.ts';

interface LogFailure {
  readonly disposition: Disposition;
  readonly remedy: string;
}

/** Every code that leaves the log, what to do about it, and whether trying again can help. */
const failures = {
  LOG_LOCKED: {
    disposition: 'stop',
    remedy: 'stop the other process, or give this pipeline a log directory of its own (log.directory)',
  },
  LOG_FENCED: {
    disposition: 'stop',
    remedy: 'a newer writer owns the log; run only one capture for a pipeline',
  },
  LOG_CORRUPT: {
    disposition: 'stop',
    remedy:
      'check the disk, restore the log from a copy, or load everything anew with: sluice run --resync (with Kafka under another log.kafka.topicPrefix)',
  },
  LOG_VERSION: {
    disposition: 'stop',
    remedy:
      'use the sluice release that wrote this log, or load everything anew with: sluice run --resync (with Kafka under another log.kafka.topicPrefix)',
  },
  LOG_FOREIGN: {
    disposition: 'stop',
    remedy:
      'give the pipeline the log it was made with, or load everything anew with: sluice run --resync (with Kafka under another log.kafka.topicPrefix)',
  },
  LOG_PURGED: {
    disposition: 'resync',
    remedy:
      'what the target has not seen is deleted: sluice run --resync loads everything anew; keep it longer, or make the sink faster',
  },
  LOG_DISK_FULL: {
    disposition: 'retry',
    remedy: 'free space on the file system of the log directory; the pipeline goes on by itself',
  },
  LOG_DENIED: {
    disposition: 'stop',
    remedy: 'give the account that runs sluice the right to read and write the log',
  },
  LOG_IO: {
    disposition: 'stop',
    remedy: 'check the disk and the system log of this machine',
  },
  LOG_SCHEMA_UNKNOWN: {
    disposition: 'stop',
    remedy:
      'the record was written with a schema of another log or registry; give the pipeline the one it was made with',
  },
  LOG_EPOCH_GAP: {
    disposition: 'stop',
    remedy: 'this is a defect of sluice: please report it; nothing was written',
  },
  LOG_RECORD_TOO_LARGE: {
    disposition: 'stop',
    remedy: 'leave the column out (tables.rules) or raise the limit that the message names',
  },
  LOG_UNREACHABLE: {
    disposition: 'retry',
    remedy: 'check that the Kafka brokers run and can be reached (log.kafka.brokers); the pipeline goes on by itself',
  },
  LOG_TLS: {
    disposition: 'stop',
    remedy: 'give the certificate authority of the brokers or registry (log.kafka.ssl), or check their certificates',
  },
  LOG_BROKER: {
    disposition: 'stop',
    remedy: 'look up the answer in the log of the Kafka brokers; nothing was lost',
  },
  LOG_TOPIC_REFUSED: {
    disposition: 'stop',
    remedy: 'create the topic as the message says, or let sluice create it (log.kafka)',
  },
  LOG_SCHEMA_REFUSED: {
    disposition: 'stop',
    remedy: 'set the compatibility of the subject to NONE in the registry, or use a registry of its own',
  },
  LOG_REGISTRY: {
    disposition: 'retry',
    remedy: 'check that the schema registry runs (log.registry.url); the pipeline goes on by itself',
  },
  LOG_CLOSED: {
    disposition: 'stop',
    remedy: 'this is a defect of sluice: please report it; nothing was lost',
  },
} as const satisfies Record<string, LogFailure>;

export type LogErrorCode = keyof typeof failures;

export function logError(code: LogErrorCode, message: string, cause?: unknown): SluiceError {
  return new SluiceError({ code, message, ...failures[code], ...(cause === undefined ? {} : { cause }) });
}
