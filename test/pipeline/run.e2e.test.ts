import { afterEach, expect, test } from 'vitest';
import { caughtUpSince, type Line, openLine, startLine } from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onSource } from '../e2e/statement.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const act of cleanUp.splice(0).reverse()) await act();
});

async function proxiedLine(): Promise<Line & { readonly proxies: NonNullable<Line['proxies']> }> {
  const line = await openLine({ source: 'mysql', log: 'embedded', yaml: '', isProxied: true });
  cleanUp.push(() => line.close());
  await onSource(line, 'CREATE TABLE t (id int PRIMARY KEY)', 'INSERT INTO t VALUES (1), (2)');
  const { proxies } = line;
  if (proxies === null) throw new Error('the line has no proxies');
  return { ...line, proxies };
}

test.each(['source', 'target'] as const)('a %s that is away at the start is waited for', async (side) => {
  const line = await proxiedLine();
  line.proxies[side].refuse();
  const running = startLine(line);
  cleanUp.push(() => running.stop());
  await running.until(({ state }) => state === 'retrying');
  expect(running.status()).toMatchObject({
    waitingFor: expect.stringMatching(/; (next try at|trying since) \d\d:\d\d:\d\d UTC$/),
    errors: [{ stage: 'pipeline', attempt: expect.any(Number) }, ...running.status().errors.slice(1)],
  });
  line.proxies[side].heal();
  await running.until(caughtUpSince(Date.now()));
  await running.stop();
  await expectEqual(line);
});

test.each(['source', 'target'] as const)(
  'a run that waits for a %s at its start stops when it is asked to',
  async (side) => {
    const line = await proxiedLine();
    line.proxies[side].refuse();
    const running = startLine(line);
    await running.until(({ state }) => state === 'retrying');
    const { ended, status } = await running.stop();
    expect([ended, status.state, status.waitingFor]).toEqual(['stopped', 'stopped', null]);
  },
);

test.each(['source', 'target'] as const)(
  'a run whose %s says nothing at the start is cut off when it is asked to stop',
  async (side) => {
    const line = await proxiedLine();
    line.proxies[side].stall();
    const running = startLine(line);
    await running.until(() => line.proxies[side].connections > 0);
    expect((await running.stop()).status.state).toBe('stopped');
    line.proxies[side].heal();
  },
);

test('while the target is away a run is retrying, however often the source comes back, and ends as stopped', async () => {
  const line = await proxiedLine();
  const running = startLine(line);
  cleanUp.push(() => running.stop());
  await running.until(caughtUpSince(Date.now()));
  line.proxies.target.refuse();
  line.proxies.target.reset();
  await running.until(({ state }) => state === 'retrying');
  const reconnects = running.status().source.reconnects;
  line.proxies.source.reset();
  await running.until(({ source }) => source.reconnects > reconnects && source.isConnected);
  await running.until(({ stages }) => stages.find(({ name }) => name === 'capture')?.state === 'busy');
  expect(running.status()).toMatchObject({ state: 'retrying', waitingFor: expect.stringContaining('the target') });
  line.proxies.target.heal();
  await running.until(({ state }) => state === 'streaming');
  const { status } = await running.stop();
  expect([status.state, status.waitingFor]).toEqual(['stopped', null]);
});
