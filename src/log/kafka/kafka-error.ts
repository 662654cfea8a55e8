import { SluiceError } from '../../contract/error.ts';
import { type LogErrorCode, logError } from '../log-error.ts';

interface Answer {
  readonly name: string;
  readonly code: LogErrorCode;
}

/** Answers of a broker by Kafka's error code; one that is not listed stops the pipeline. */
const answers: Readonly<Record<number, Answer>> = {
  1: { name: 'OFFSET_OUT_OF_RANGE', code: 'LOG_PURGED' },
  2: { name: 'CORRUPT_MESSAGE', code: 'LOG_CORRUPT' },
  3: { name: 'UNKNOWN_TOPIC_OR_PARTITION', code: 'LOG_UNREACHABLE' },
  5: { name: 'LEADER_NOT_AVAILABLE', code: 'LOG_UNREACHABLE' },
  6: { name: 'NOT_LEADER_OR_FOLLOWER', code: 'LOG_UNREACHABLE' },
  7: { name: 'REQUEST_TIMED_OUT', code: 'LOG_UNREACHABLE' },
  8: { name: 'BROKER_NOT_AVAILABLE', code: 'LOG_UNREACHABLE' },
  9: { name: 'REPLICA_NOT_AVAILABLE', code: 'LOG_UNREACHABLE' },
  10: { name: 'MESSAGE_TOO_LARGE', code: 'LOG_RECORD_TOO_LARGE' },
  13: { name: 'NETWORK_EXCEPTION', code: 'LOG_UNREACHABLE' },
  17: { name: 'INVALID_TOPIC_EXCEPTION', code: 'LOG_TOPIC_REFUSED' },
  18: { name: 'RECORD_LIST_TOO_LARGE', code: 'LOG_RECORD_TOO_LARGE' },
  19: { name: 'NOT_ENOUGH_REPLICAS', code: 'LOG_UNREACHABLE' },
  20: { name: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND', code: 'LOG_UNREACHABLE' },
  29: { name: 'TOPIC_AUTHORIZATION_FAILED', code: 'LOG_DENIED' },
  30: { name: 'GROUP_AUTHORIZATION_FAILED', code: 'LOG_DENIED' },
  31: { name: 'CLUSTER_AUTHORIZATION_FAILED', code: 'LOG_DENIED' },
  33: { name: 'UNSUPPORTED_SASL_MECHANISM', code: 'LOG_DENIED' },
  34: { name: 'ILLEGAL_SASL_STATE', code: 'LOG_DENIED' },
  37: { name: 'INVALID_PARTITIONS', code: 'LOG_TOPIC_REFUSED' },
  38: { name: 'INVALID_REPLICATION_FACTOR', code: 'LOG_TOPIC_REFUSED' },
  40: { name: 'INVALID_CONFIG', code: 'LOG_TOPIC_REFUSED' },
  41: { name: 'NOT_CONTROLLER', code: 'LOG_UNREACHABLE' },
  44: { name: 'POLICY_VIOLATION', code: 'LOG_TOPIC_REFUSED' },
  56: { name: 'KAFKA_STORAGE_ERROR', code: 'LOG_UNREACHABLE' },
  58: { name: 'SASL_AUTHENTICATION_FAILED', code: 'LOG_DENIED' },
  74: { name: 'FENCED_LEADER_EPOCH', code: 'LOG_UNREACHABLE' },
  75: { name: 'UNKNOWN_LEADER_EPOCH', code: 'LOG_UNREACHABLE' },
  78: { name: 'OFFSET_NOT_AVAILABLE', code: 'LOG_UNREACHABLE' },
};

/** A broker's answer about `what` as an error of ours. */
export function answerError(kafkaCode: number, what: string): SluiceError {
  const answer = answers[kafkaCode];
  const name = answer?.name ?? `error ${kafkaCode}`;
  return logError(answer?.code ?? 'LOG_BROKER', `Kafka answers ${name} for ${what}`);
}

/** kafkajs's errors by class name; those that are not listed are defects and stay as they are. */
const classes: Readonly<Record<string, LogErrorCode>> = {
  KafkaJSConnectionError: 'LOG_UNREACHABLE',
  KafkaJSConnectionClosedError: 'LOG_UNREACHABLE',
  KafkaJSBrokerNotFound: 'LOG_UNREACHABLE',
  KafkaJSRequestTimeoutError: 'LOG_UNREACHABLE',
  KafkaJSLockTimeout: 'LOG_UNREACHABLE',
  KafkaJSTimeout: 'LOG_UNREACHABLE',
  KafkaJSMetadataNotLoaded: 'LOG_UNREACHABLE',
  KafkaJSTopicMetadataNotLoaded: 'LOG_UNREACHABLE',
  KafkaJSPartialMessageError: 'LOG_UNREACHABLE',
  KafkaJSSASLAuthenticationError: 'LOG_DENIED',
};

/** What TLS says of a certificate before a connection stands. */
const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

interface Described {
  readonly name: string;
  readonly code: unknown;
}

/** The error under kafkajs's wrappers ("number of retries exceeded", "non-retriable", aggregates). */
function innermost(error: unknown): Described | undefined {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 8; depth++) {
    if ('errors' in inner && Array.isArray(inner.errors)) inner = inner.errors[0];
    else if (inner.cause instanceof Error) inner = inner.cause;
    else return { name: inner.name, code: 'code' in inner ? inner.code : undefined };
  }
  return undefined;
}

/** Whatever the client threw while doing `what`, as an error of ours; a defect of ours stays as it is. */
export function clientError(what: string, cause: unknown): unknown {
  if (cause instanceof SluiceError) return cause;
  const inner = innermost(cause);
  if (inner === undefined) return cause;
  if (typeof inner.code === 'number') return wrapped(answerError(inner.code, what), cause);
  if (certificateCodes.has(String(inner.code))) return logError('LOG_TLS', `${inner.code} when ${what}`, cause);
  const code = classes[inner.name];
  return code === undefined ? cause : logError(code, `${inner.name} when ${what}`, cause);
}

function wrapped({ code, message, remedy, disposition }: SluiceError, cause: unknown): SluiceError {
  return new SluiceError({ code, message, remedy, disposition, cause });
}
