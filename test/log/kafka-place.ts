import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin } from 'kafkajs';
import type { ChangeLog } from '../../src/contract/change-log.ts';
import { SluiceError } from '../../src/contract/error.ts';
import type { KafkaLogOptions } from '../../src/log/kafka/kafka-log.ts';
import type { KafkaPort, OpenPort, ProducedBatch } from '../../src/log/kafka/kafka-port.ts';
import { KafkajsPort } from '../../src/log/kafka/kafkajs-port.ts';
import { footerOf, isIntact, recordsOf, takeAll } from './sample.ts';

export function freshOptions(url: string): KafkaLogOptions {
  return { brokers: [url], topicPrefix: `t${randomUUID().slice(0, 8)}` };
}

/** kafkajs as anybody uses it, for what others do to the topics. */
export async function withAdmin<T>(url: string, act: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new kafkajs.Kafka({ brokers: [url], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Ports that call `before` ahead of each produce call. */
export function watchedPorts(
  options: KafkaLogOptions,
  before: (batches: readonly ProducedBatch[]) => Promise<void>,
): OpenPort {
  return () => {
    const port: KafkaPort = new KafkajsPort(options);
    const produce = port.produce.bind(port);
    port.produce = async (batches) => {
      await before(batches);
      return produce(batches);
    };
    return port;
  };
}

/** Writes epochs up to `number` as a run loop does: whatever may be tried again is, from the log's own end. */
export async function writeDespite(
  log: ChangeLog,
  number: number,
  rows: (number: number) => number,
): Promise<number[]> {
  const acknowledged: number[] = [];
  for (;;) {
    try {
      const writer = await log.openWriter();
      const commits: Promise<unknown>[] = [];
      for (let next = (writer.head.last?.number ?? 0) + 1; next <= number; next++) {
        await writer.append(recordsOf(next, rows(next)));
        const commit = writer.commit(footerOf(next)).then((header) => acknowledged.push(header.number));
        commits.push(commit);
        commit.catch(() => undefined);
        if (commits.length > 20) await commits.shift();
      }
      await Promise.all(commits);
      await writer.close();
      return acknowledged;
    } catch (error) {
      if (!(error instanceof SluiceError) || error.disposition !== 'retry') throw error;
    }
  }
}

/** Numbers of the epochs in the log, or the first that is not what it must be. */
export async function intactEpochs(log: ChangeLog): Promise<number[]> {
  const numbers: number[] = [];
  for (const epoch of await takeAll(log)) {
    if (!(await isIntact(epoch))) throw new Error(`epoch ${epoch.number} is not intact`);
    numbers.push(epoch.number);
  }
  return numbers;
}

export const upTo = (number: number): number[] => Array.from({ length: number }, (_, index) => index + 1);
