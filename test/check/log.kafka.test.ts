import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkLog } from '../../src/check/log.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';

let server: RunningServer;

beforeAll(async () => {
  server = await startServer('kafka');
});

afterAll(() => server.stop());

function configOf(kafka: string): Config {
  const text = `pipeline: shop
source: { url: "mysql://u@127.0.0.1:1/shop" }
target: { url: "postgresql://u@127.0.0.1:1/shop" }
log: { kind: kafka, kafka: { ${kafka} } }
`;
  const { config, problems } = loadConfig({
    file: '/tmp/x.yaml',
    text,
    environment: {},
    flags: {},
    readFile: () => '',
  });
  if (config === null) throw new Error(JSON.stringify(problems));
  return config;
}

async function brief(kafka: string): Promise<readonly string[]> {
  return (await checkLog(configOf(kafka))).map(({ severity, code }) => `${severity} ${code}`);
}

it('is reached, and its limits are told', async () => {
  expect(await brief(`brokers: ["${server.url}"]`)).toEqual(['information LOG_MESSAGE_SIZE']);
});

it('that does not answer is told with the brokers tried and without the password', async () => {
  const findings = await checkLog(
    configOf('brokers: ["127.0.0.1:1"], sasl: { mechanism: plain, username: u, password: hunter2hunter2 }'),
  );
  expect(findings).toMatchObject([{ code: 'LOG_UNREACHABLE', message: expect.stringContaining('127.0.0.1:1') }]);
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});

it('with fewer brokers than replicas is refused', async () => {
  expect(await brief(`brokers: ["${server.url}"], replicationFactor: 3`)).toContain('blocker LOG_REPLICATION');
});

it('with a compacted table topic of ours is refused', async () => {
  const prefix = `compacted_${process.pid}`;
  const admin = new kafkajs.Kafka({ brokers: [server.url], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic: `${prefix}.shop.t`, configEntries: [{ name: 'cleanup.policy', value: 'compact' }] }],
  });
  expect(await brief(`brokers: ["${server.url}"], topicPrefix: ${prefix}`)).toContain('blocker LOG_TOPIC_COMPACTED');
  await admin.deleteTopics({ topics: [`${prefix}.shop.t`] });
  await admin.disconnect();
});
