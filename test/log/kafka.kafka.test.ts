import { randomUUID } from 'node:crypto';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { changeLogContract } from './contract.ts';

let kafka: RunningServer;

changeLogContract({
  name: 'Kafka',
  start: async () => {
    kafka = await startServer('kafka');
  },
  stop: () => kafka.stop(),
  fresh: async () => ({ kind: 'kafka', brokers: [kafka.url], topicPrefix: `t${randomUUID().slice(0, 8)}` }),
});
