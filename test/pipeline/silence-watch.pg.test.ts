import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { askTarget } from '../../src/pipeline/cutover/silence-ask.ts';
import { watchSilence } from '../../src/pipeline/cutover/silence-watch.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import type { Sink, SinkOptions } from '../../src/sink/sink.ts';
import { stream } from '../sink/source.ts';
import { NEVER, Target } from '../sink/target.ts';
import { TRANSFER_DDL, Transfers } from '../sink/transfer.ts';

/** Within which a target that works answers on a busy machine as well. */
const PATIENT_MS = 30_000;

/** A target behind a proxy, a sink that writes through it, and the watch over both; `answers` is what it tells. */
async function open(options: Partial<SinkOptions> = {}) {
  const target = await Target.open(...TRANSFER_DDL);
  const url = new URL(target.url);
  const proxy = await FaultProxy.start({ host: url.hostname, port: Number(url.port) });
  const settings = { url: proxy.through(target.url), pipeline: 'shop' };
  const sink = target.sink({ target: settings, lockWaitMs: 15_000, ...options });
  const end = new AbortController();
  const answers: boolean[] = [];
  const watched = (over: string, answerMs = PATIENT_MS) =>
    watchSilence({
      link: () => sink.link,
      ask: askTarget({ ...settings, url: over }, { signal: end.signal, answerMs }),
      onAnswer: (does) => answers.push(does),
      signal: end.signal,
      silentMs: 500,
    });
  const close = async () => {
    end.abort();
    await proxy.close();
    await target[Symbol.asyncDispose]();
  };
  return { target, settings, proxy, sink, answers, watched, [Symbol.asyncDispose]: close };
}

async function applyAll(sink: Sink, epochs: number): Promise<void> {
  const checkpoint = await sink.start();
  await sink.apply(stream(...Transfers.after(checkpoint?.epoch ?? 0, epochs)), NEVER);
}

async function expectOnce(target: Target, epochs: number): Promise<void> {
  const { rows } = await target.session.query('SELECT epoch::text FROM sluice.checkpoint');
  expect(rows).toEqual([{ epoch: String(epochs) }]);
  expect(await target.rows('left_account')).toEqual(Transfers.leftRows(epochs));
}

test.each([['begun'], ['rows-written'], ['checkpoint-moved']])(
  'a target that falls silent at the step "%s" is given up, and no epoch is lost or applied twice',
  async (step) => {
    const faults = { left: 3, proxy: null as FaultProxy | null };
    await using line = await open({
      maxTransactionMs: 0,
      onStep: (at) => {
        // What is sent from here on stands in the network, and arrives after the link was given up.
        if (at === step && faults.left-- === 1) faults.proxy?.stall();
      },
    });
    faults.proxy = line.proxy;
    const watching = line.watched(line.proxy.through(line.target.url), 1_000);
    await expect(applyAll(line.sink, 20)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE', disposition: 'retry' });
    expect(line.answers).toContain(false);
    expect(line.sink.link).toBeNull();
    line.proxy.heal();
    await applyAll(line.sink, 20);
    await expectOnce(line.target, 20);
    expect(await Promise.race([watching, sleep(0, 'still watching')])).toBe('still watching');
  },
);

test('a link that the network has lost is given up while the target answers others, and its locks go with it', async () => {
  const faults = { left: 3, proxy: null as FaultProxy | null };
  await using line = await open({
    maxTransactionMs: 0,
    onStep: (at) => {
      if (at === 'rows-written' && faults.left-- === 1) faults.proxy?.stall();
    },
  });
  faults.proxy = line.proxy;
  void line.watched(line.target.url);
  await expect(applyAll(line.sink, 20)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' });
  expect(line.answers).not.toContain(false);
  // The server never hears that the old link was given up: nothing of it passes any more, and its lock stands.
  const locks = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()";
  expect((await line.target.session.query(locks)).rowCount).toBeGreaterThan(0);
  line.settings.url = line.target.url;
  await applyAll(line.sink, 20);
  await expectOnce(line.target, 20);
});

test('a statement that takes long is left alone, and so is one that waits for a lock', async () => {
  await using line = await open();
  void line.watched(line.target.url);
  await applyAll(line.sink, 1);
  await line.target.session.query('BEGIN; LOCK TABLE left_account IN EXCLUSIVE MODE');
  const applying = line.sink.apply(stream(...Transfers.after(1, 20)), NEVER);
  while (line.answers.length < 4) await sleep(20);
  await line.target.session.query('COMMIT');
  await applying;
  expect(line.answers).not.toContain(false);
  await expectOnce(line.target, 20);
});
