import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaLog, type KafkaLogOptions } from '../../src/log/kafka/kafka-log.ts';
import { freshOptions, intactEpochs } from './kafka-place.ts';
import { writeEpochs } from './sample.ts';
import { type SecureKafka, startSecureKafka } from './secure-kafka.ts';

let kafka: SecureKafka;

beforeAll(async () => {
  kafka = await startSecureKafka();
});
afterAll(() => kafka.stop());

const login = (password: string) => ({ mechanism: 'plain', username: 'sluice', password }) as const;

async function failureOf(options: Partial<KafkaLogOptions>): Promise<unknown> {
  const log = new KafkaLog({ ...freshOptions(kafka.url), ...options });
  try {
    return await log.openWriter();
  } catch (error) {
    return error;
  } finally {
    await log.close();
  }
}

test('a log is written and read over TLS with a login', async () => {
  const options = { ...freshOptions(kafka.url), ssl: { ca: [kafka.certificate] }, sasl: login('right') };
  const log = new KafkaLog(options);
  await writeEpochs(await log.openWriter(), [3, 2]);
  expect(await intactEpochs(log)).toEqual([1, 2]);
  await log.close();
});

test('a wrong password stops, and is not part of the error', async () => {
  const error = await failureOf({ ssl: { ca: [kafka.certificate] }, sasl: login('not-this-one') });
  expect(error).toMatchObject({ code: 'LOG_DENIED', disposition: 'stop' });
  expect(String(error)).not.toContain('not-this-one');
});

test('a certificate that nobody vouches for stops', async () => {
  const error = await failureOf({ ssl: {}, sasl: login('right') });
  expect(error).toMatchObject({ code: 'LOG_TLS', disposition: 'stop' });
});
