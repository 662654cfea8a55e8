import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config, KafkaLogConfig } from '../config/config.ts';
import { describeHost } from '../config/database-url.ts';
import type { ChangeLog } from '../contract/change-log.ts';
import { type LogOptions, openLog } from '../log/open-log.ts';

/** The pipeline's log, by its configuration; nothing is touched before its first use. */
export function openLogOf(config: Config): ChangeLog {
  return openLog(logOptionsOf(config));
}

export function logOptionsOf({ log, folder }: Config): LogOptions {
  if (log.kind === 'embedded') return { kind: 'embedded', directory: resolve(folder, log.directory) };
  return { kind: 'kafka', ...kafkaOptions(log) };
}

function kafkaOptions(log: KafkaLogConfig) {
  const { brokers, topicPrefix, partitions, replicationFactor, ssl, sasl, registry } = log;
  return {
    brokers,
    topicPrefix,
    partitions,
    replicationFactor,
    ...(ssl === null ? {} : { ssl: tlsOf(ssl) }),
    ...(sasl === null ? {} : { sasl: { ...sasl, password: sasl.password.reveal() } }),
    ...(registry === null ? {} : { registry: { url: registryUrl(registry) } }),
  };
}

function tlsOf({ ca, cert, key }: NonNullable<KafkaLogConfig['ssl']>) {
  const pem = (path: string) => readFileSync(path, 'utf8');
  return {
    ...(ca === null ? {} : { ca: [pem(ca)] }),
    ...(cert === null ? {} : { cert: pem(cert) }),
    ...(key === null ? {} : { key: pem(key) }),
  };
}

function registryUrl(url: NonNullable<KafkaLogConfig['registry']>): string {
  const account =
    url.user === '' ? '' : `${encodeURIComponent(url.user)}:${encodeURIComponent(url.password.reveal())}@`;
  return `${url.scheme}://${account}${describeHost(url)}${url.database === '' ? '' : `/${url.database}`}`;
}
