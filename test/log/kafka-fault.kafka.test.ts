import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChangeLog } from '../../src/contract/change-log.ts';
import { SluiceError } from '../../src/contract/error.ts';
import { KafkaLog } from '../../src/log/kafka/kafka-log.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { freshOptions, intactEpochs, upTo, writeDespite } from './kafka-place.ts';
import { isIntact } from './sample.ts';

let kafka: RunningServer;

beforeAll(async () => {
  kafka = await startServer('kafka', { fresh: true });
});
afterAll(() => kafka.stop());

/** Reads as a sink does: goes on from its own checkpoint after whatever may be tried again. */
async function readDespite(log: ChangeLog, count: number): Promise<number[]> {
  const numbers: number[] = [];
  let from = 0;
  while (numbers.length < count) {
    try {
      for await (const epoch of log.read({ from, signal: new AbortController().signal })) {
        if (!(await isIntact(epoch))) throw new Error(`epoch ${epoch.number} is not intact`);
        numbers.push(epoch.number);
        from = epoch.next;
        if (numbers.length === count) break;
      }
    } catch (error) {
      if (!(error instanceof SluiceError) || error.disposition !== 'retry') throw error;
    }
  }
  return numbers;
}

test('connections broken at any byte lose nothing and double nothing, for the writer and the reader', async () => {
  const proxy = await FaultProxy.start({ host: '127.0.0.1', port: kafka.port });
  const options = { ...freshOptions(kafka.url), wayTo: () => ({ host: '127.0.0.1', port: proxy.port }) };
  const log = new KafkaLog(options);
  await log.head();
  let isOver = false;
  const faults = (async () => {
    for (let round = 0; !isOver; round++) {
      await sleep(20 + Math.random() * 60);
      if (round % 3 === 0) proxy.cut();
      else if (round % 3 === 1) proxy.reset();
      else proxy.resetAfter(Math.floor(Math.random() * 20_000));
    }
  })();
  const count = 400;
  const reading = readDespite(log, count);
  const acknowledged = await writeDespite(log, count, (number) => number % 60);
  expect(await reading).toEqual(upTo(count));
  isOver = true;
  await faults;
  proxy.heal();
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
  expect(await intactEpochs(log)).toEqual(upTo(count));
  await log.close();
  await proxy.close();
});

test('a broker killed and started again under load loses no epoch that was acknowledged', async () => {
  const log = new KafkaLog(freshOptions(kafka.url));
  const count = 3_000;
  let last = 0;
  const writing = writeDespite(log, count, (number) => {
    last = number;
    return number % 200;
  });
  const reading = readDespite(log, count);
  while (last < count / 4) await sleep(20);
  await kafka.kill();
  await sleep(300);
  await kafka.restart();
  expect(last).toBeLessThan(count);
  const acknowledged = await writing;
  expect(acknowledged).toEqual([...acknowledged].sort((a, b) => a - b));
  expect(await reading).toEqual(upTo(count));
  await log.close();
});
