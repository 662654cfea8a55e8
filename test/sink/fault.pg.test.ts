import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { connectPostgres } from '../../src/postgres/connection.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import { startServer } from '../../src/servers/server.ts';
import { createSink, SINK_STEPS, type Sink } from '../../src/sink/sink.ts';
import { stream } from './source.ts';
import { NEVER, Target } from './target.ts';
import { TOTAL, TRANSFER_DDL, Transfers } from './transfer.ts';

/** Runs a sink in another process until it has killed itself at the step, or until it has ended. */
async function crash(url: string, step: string, transactions: number, epochs: number): Promise<NodeJS.Signals | null> {
  const script = new URL('./crash-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, url, step, String(transactions), String(epochs)], {
    stdio: 'inherit',
  });
  const [, signal] = await once(child, 'exit');
  return signal;
}

async function expectApplied(target: Target, epochs: number): Promise<void> {
  const { rows } = await target.session.query('SELECT epoch::text FROM sluice.checkpoint');
  expect(rows).toEqual([{ epoch: String(epochs) }]);
  expect(await target.rows('left_account')).toEqual(Transfers.leftRows(epochs));
  expect(await target.rows('journal')).toHaveLength(Math.min(epochs - 1, 50));
}

test.each(SINK_STEPS)('kill -9 at the step "%s", twice, changes nothing but time', async (step) => {
  await using target = await Target.open(...TRANSFER_DDL);
  expect(await crash(target.url, step, 3, 60)).toBe('SIGKILL');
  await expectApplied(target, step === 'committed' ? 3 : 2);
  expect(await crash(target.url, step, 2, 60)).toBe('SIGKILL');
  await expectApplied(target, step === 'committed' ? 5 : 3);
  expect(await crash(target.url, 'none', 1, 60)).toBeNull();
  await expectApplied(target, 60);
});

test('a reader of the target never sees a transfer half done', async () => {
  await using target = await Target.open(...TRANSFER_DDL);
  const sink = target.sink({ maxTransactionMs: 5, pieceBytes: 200 });
  await sink.start();
  await sink.apply(stream(...Transfers.after(0, 1)), NEVER);
  const reader = await connectPostgres({ url: target.url, pipeline: 'reader' });
  const done = sink.apply(stream(...Transfers.after(1, 400)), NEVER);
  let isDone = false;
  const ended = done.finally(() => {
    isDone = true;
  });
  const sums = new Set<string | null | undefined>();
  let reads = 0;
  for (; !isDone; reads++) {
    const { rows } = await reader.query(
      'SELECT (SELECT sum(balance) FROM left_account) + (SELECT sum(balance) FROM right_account) AS total',
    );
    sums.add(rows[0]?.['total']);
  }
  await ended;
  await reader.close();
  expect([...sums]).toEqual([String(TOTAL)]);
  expect(reads).toBeGreaterThan(5);
});

/** What the run loop does: start and go on until all is applied; every error on the way must say `retry`. */
async function persist(sink: Sink, epochs: number, before?: (attempt: number) => void): Promise<number> {
  for (let retries = 0; ; retries++) {
    before?.(retries);
    try {
      const from = (await sink.start())?.epoch ?? 0;
      await sink.apply(stream(...Transfers.after(from, epochs)), NEVER);
      return retries;
    } catch (error) {
      expect(error).toMatchObject({ disposition: 'retry' });
      expect(retries).toBeLessThan(100);
      await sleep(20);
    }
  }
}

test('when the answer of COMMIT is lost the checkpoint is asked, not guessed', async () => {
  await using target = await Target.open(...TRANSFER_DDL);
  const { hostname, port } = new URL(target.url);
  await using proxy = await FaultProxy.start({ host: hostname, port: Number(port) });
  let lost = 0;
  const sink = target.sink({
    target: { url: proxy.through(target.url), pipeline: 'shop' },
    maxTransactionBytes: 1,
    onStep: (step) => {
      proxy.heal();
      if (step === 'checkpoint-moved' && lost < 3 && ++lost > 0) proxy.resetAfter(1);
    },
  });
  expect(await persist(sink, 20)).toBe(3);
  await expectApplied(target, 20);
});

test('connections that break anywhere in a transaction cost a retry each', async () => {
  await using target = await Target.open(...TRANSFER_DDL);
  const { hostname, port } = new URL(target.url);
  await using proxy = await FaultProxy.start({ host: hostname, port: Number(port) });
  const sink = target.sink({ target: { url: proxy.through(target.url), pipeline: 'shop' }, maxTransactionBytes: 1 });
  // A little later each time, in steps that fall on every part of the conversation.
  const retries = await persist(sink, 60, (attempt) => {
    proxy.heal();
    proxy.resetAfter(1 + attempt * 307);
  });
  await expectApplied(target, 60);
  expect(retries).toBeGreaterThan(10);
});

test('a server killed with -9 and started again is gone on with', async () => {
  await using server = await startServer('postgres', { fresh: true });
  const session = await connectPostgres({ url: server.url, pipeline: 'test' });
  for (const statement of TRANSFER_DDL) await session.query(statement);
  await session.close();
  let transactions = 0;
  const sink = createSink({
    target: { url: server.url, pipeline: 'shop' },
    mapping: { targetOf: (_, table) => ({ schema: 'public', table }) },
    maxTransactionBytes: 1,
    onStep: async (step) => {
      if (step === 'rows-written' && ++transactions === 10) await server.kill().then(() => server.restart());
    },
  });
  expect(await persist(sink, 30)).toBe(1);
  const after = await connectPostgres({ url: server.url, pipeline: 'test' });
  expect((await after.query('SELECT epoch::text FROM sluice.checkpoint')).rows).toEqual([{ epoch: '30' }]);
  await after.close();
  await sink.close();
});
