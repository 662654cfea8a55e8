import { expect, onTestFinished, test } from 'vitest';
import type { Change } from '../../src/contract/change.ts';
import type { ChangeLog, EpochFooter, EpochHeader, LogWriter } from '../../src/contract/change-log.ts';
import { openLog } from '../../src/log/open-log.ts';
import { EpochWriter } from '../../src/pipeline/epoch-writer.ts';
import { Encoder } from '../../src/transform/encode.ts';
import { folders } from '../log/folder.ts';
import { recordsIn, takeAll } from '../log/sample.ts';
import { begin, commit, HandStream, mark, positionAt, rows, transaction } from './stream.ts';

const freshFolder = folders();

/** A log with a writer whose commits wait for `open()`. */
async function fixture(options: { readonly maxEpochBytes?: number; readonly isHeld?: boolean } = {}) {
  const log = openLog({ kind: 'embedded', directory: await freshFolder() });
  const writer = await log.openWriter();
  onTestFinished(async () => {
    await writer.close();
    await log.close();
  });
  const gate = Promise.withResolvers<void>();
  if (!options.isHeld) gate.resolve();
  const encoder = new Encoder({
    identity: { version: '0', connector: 'mysql', name: 'shop' },
    registerSchema: (subject, schema) => writer.registerSchema(subject, schema),
  });
  const headers: EpochHeader[] = [];
  const epochs = new EpochWriter({
    writer: held(writer, gate.promise),
    encoder,
    from: positionAt(0),
    onEpoch: (header) => headers.push(header),
    ...(options.maxEpochBytes === undefined ? {} : { maxEpochBytes: options.maxEpochBytes }),
  });
  return { log, writer, epochs, headers, open: () => gate.resolve() };
}

function held(writer: LogWriter, gate: Promise<void>): LogWriter {
  return {
    generation: writer.generation,
    head: writer.head,
    registerSchema: (subject, schema) => writer.registerSchema(subject, schema),
    append: (records) => writer.append(records),
    discard: () => writer.discard(),
    close: () => writer.close(),
    commit: async (footer: EpochFooter) => {
      const committed = writer.commit(footer);
      committed.catch(() => {});
      await gate;
      return await committed;
    },
  };
}

/** `transactions/records` of each durable epoch; every epoch starts where the one before ended. */
async function shape(log: ChangeLog): Promise<string[]> {
  const epochs = await takeAll(log);
  for (const [i, epoch] of epochs.entries()) expect(epoch.start).toEqual(epochs[i - 1]?.reached ?? null);
  return await Promise.all(
    epochs.map(
      async (epoch) =>
        `${epoch.transactions}/${(await recordsIn(epoch)).length} to ${epoch.reached.text.split('-').at(-1)}`,
    ),
  );
}

/** For what must not happen. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

/** The log holds everything up to the end of that transaction. */
async function reached(log: ChangeLog, number: number): Promise<void> {
  await expect.poll(async () => (await log.head()).last?.reached).toEqual(positionAt(number));
}

test('an idle stream makes an epoch of each transaction', async () => {
  const { log, epochs } = await fixture();
  const stream = new HandStream();
  const running = epochs.run(stream);
  for (const number of [1, 2, 3]) {
    stream.give(transaction(number, number));
    await reached(log, number);
  }
  stream.end();
  await running;
  expect(await shape(log)).toEqual(['1/1 to 1', '1/2 to 2', '1/3 to 3']);
});

test('while one epoch becomes durable the next is gathered, and its end is not waited for', async () => {
  const { log, epochs, open } = await fixture({ isHeld: true });
  const stream = new HandStream().give(transaction(1), transaction(2), transaction(3), transaction(4)).end();
  const running = epochs.run(stream);
  await stream.read();
  open();
  await running;
  expect(await shape(log)).toEqual(['1/1 to 1', '3/3 to 4']);
});

test('an epoch is closed only between transactions, wherever the stream is cut into batches (INV-5)', async () => {
  const changes = [
    ...transaction(1, 3),
    ...transaction(2, 5),
    mark('a', '1'),
    ...transaction(3, 4),
    ...transaction(4, 2),
  ];
  for (const size of [1, 2, 3, 5, 7, 100]) {
    const { log, epochs } = await fixture();
    const stream = new HandStream();
    for (let at = 0; at < changes.length; at += size) stream.give(changes.slice(at, at + size), []);
    await epochs.run(stream.end());
    const found = await takeAll(log);
    expect(found.reduce((sum, epoch) => sum + epoch.transactions, 0)).toBe(4);
    for (const epoch of found) expect(await recordsIn(epoch)).toHaveLength(rowsOf(epoch));
  }
});

/** Rows that the transactions of an epoch hold, when it holds whole ones. */
function rowsOf({ start, reached }: EpochHeader): number {
  const last = (text: string | undefined) => Number(text?.split('-').at(-1) ?? 0);
  return [3, 5, 4, 2].slice(last(start?.text), last(reached.text)).reduce((sum, count) => sum + count, 0);
}

test('a batch that has nothing left in it does not end the transaction that is open (INV-5)', async () => {
  const { log, epochs, open } = await fixture({ isHeld: true });
  const stream = new HandStream();
  const running = epochs.run(stream);
  stream.give(transaction(1), transaction(2), [begin(3), ...rows(3)], []);
  open();
  await stream.read();
  await reached(log, 2);
  expect(await shape(log)).toEqual(['1/1 to 1', '1/1 to 2']);
  stream.give([...rows(3), commit(3)]).end();
  await running;
  expect(await shape(log)).toEqual(['1/1 to 1', '1/1 to 2', '1/2 to 3']);
});

test('what came before a long transaction does not wait for its end', async () => {
  const { log, epochs } = await fixture();
  const stream = new HandStream();
  const running = epochs.run(stream);
  stream.give([...transaction(1), begin(2), ...rows(2)], rows(2), rows(2));
  await reached(log, 1);
  stream.end();
  await running;
});

test('a transaction larger than an epoch should be is one epoch, read in pieces', async () => {
  const { log, epochs } = await fixture({ maxEpochBytes: 1000 });
  const stream = new HandStream().give(transaction(1), [begin(2), ...rows(2, 500)]);
  for (let piece = 0; piece < 20; piece++) stream.give(rows(2, 500));
  await epochs.run(stream.give([commit(2)], transaction(3)).end());
  expect(await shape(log)).toEqual(['1/1 to 1', '1/10500 to 2', '1/1 to 3']);
});

test('an epoch that has become large waits for the one before it and does not grow on', async () => {
  const { log, epochs, open } = await fixture({ isHeld: true, maxEpochBytes: 1000 });
  const stream = new HandStream();
  const running = epochs.run(stream);
  for (let number = 1; number <= 9; number++) stream.give(transaction(number, 10));
  await settled();
  open();
  stream.end();
  await running;
  expect((await shape(log)).slice(0, 2)).toEqual(['1/10 to 1', '1/10 to 2']);
});

test('marks become durable with the rows before them, alone where there are none, and null takes an entry away', async () => {
  const { log, epochs } = await fixture();
  const stream = new HandStream();
  const running = epochs.run(stream);
  stream.give([...transaction(1), mark('chunk', 'half'), mark('gone', 'soon')]);
  await reached(log, 1);
  stream.give([mark('gone', null)]).end();
  await running;
  expect(await shape(log)).toEqual(['1/1 to 1', '0/0 to 1']);
  expect([...(await log.head()).state]).toEqual([['chunk', 'half']]);
});

test('a position that moved without a transaction is reached by the next epoch', async () => {
  const { log, epochs } = await fixture();
  const idle: Change = { tag: 'idle', position: positionAt(7), seenAtMs: 1 };
  await epochs.run(new HandStream().give(transaction(1), [idle], transaction(8)).end());
  expect((await log.head()).last?.reached).toEqual(positionAt(8));
});

test('of a stream that ends inside a transaction only whole ones are visible', async () => {
  for (const error of [null, new Error('the link broke')]) {
    const { log, epochs } = await fixture();
    const running = epochs.run(new HandStream().give([...transaction(1), begin(2)], rows(2)).end(error));
    if (error) await expect(running).rejects.toThrow('the link broke');
    else await running;
    expect(await shape(log)).toEqual(['1/1 to 1']);
  }
});

test('a commit under way is over when the stream has failed', async () => {
  const { epochs, headers, open } = await fixture({ isHeld: true });
  const running = epochs.run(new HandStream().give(transaction(1)).end(new Error('the link broke')));
  running.catch(() => {});
  await settled();
  expect(headers).toHaveLength(0);
  open();
  await expect(running).rejects.toThrow('the link broke');
  expect(headers).toHaveLength(1);
});

test('an error of the log ends the writing, and what was not durable is not visible', async () => {
  const { log, epochs } = await fixture();
  const stream = new HandStream();
  const running = epochs.run(stream);
  running.catch(() => {});
  stream.give(transaction(1));
  await reached(log, 1);
  const successor = await log.openWriter();
  stream.give(transaction(2));
  await stream.read();
  stream.give(transaction(3)).end();
  await expect(running).rejects.toMatchObject({ code: 'LOG_FENCED' });
  await successor.close();
  expect(await shape(log)).toEqual(['1/1 to 1']);
});
