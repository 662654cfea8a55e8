import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ChangeLog, Epoch } from '../../src/contract/change-log.ts';
import type { LogOptions } from '../../src/log/open-log.ts';
import { openLog } from '../../src/log/open-log.ts';
import {
  footerOf,
  isIntact,
  recordOf,
  recordsIn,
  recordsOf,
  stateAfter,
  take,
  takeAll,
  writeEpoch,
  writeEpochs,
} from './sample.ts';
import { killWriter } from './writer-kill.ts';

/** A kind of log under test: where a fresh, empty one stands. */
export interface LogKind {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  fresh(): Promise<LogOptions>;
}

const never = () => new AbortController().signal;

/** What every log must do, whatever it is made of. */
export function changeLogContract(kind: LogKind): void {
  describe(`the ${kind.name} log`, () => {
    const open: ChangeLog[] = [];
    let options: LogOptions;
    const again = (): ChangeLog => {
      const log = openLog(options);
      open.push(log);
      return log;
    };
    const fresh = async (): Promise<ChangeLog> => {
      options = await kind.fresh();
      return again();
    };
    beforeAll(() => kind.start());
    afterEach(async () => {
      for (const log of open.splice(0)) await log.close();
    });
    afterAll(() => kind.stop());

    test('an empty log has no last epoch, and a reader of it waits until it is told to stop', async () => {
      const log = await fresh();
      expect((await log.head()).last).toBeNull();
      const abort = new AbortController();
      const reading = log.read({ signal: abort.signal })[Symbol.asyncIterator]().next();
      const waited = await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 50, 'waiting'))]);
      expect(waited).toBe('waiting');
      abort.abort();
      expect(await reading).toEqual({ done: true, value: undefined });
    });

    test('epochs come whole, in order, once, with everything their footer said', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      const headers = await writeEpochs(writer, [3, 1, 40]);
      const epochs = await takeAll(log);
      expect(epochs.map(({ read, ...header }) => header)).toEqual(headers);
      for (const [index, epoch] of epochs.entries()) {
        expect(epoch).toMatchObject({ ...footerOf(index + 1), number: index + 1, records: [3, 1, 40][index] });
        expect(await recordsIn(epoch)).toEqual(recordsOf(index + 1, epoch.records));
        expect(await recordsIn(epoch)).toEqual(recordsOf(index + 1, epoch.records));
      }
    });

    test('an epoch stands where the one before it said the next would', async () => {
      const log = await fresh();
      const headers = await writeEpochs(await log.openWriter(), [2, 0, 5]);
      expect(headers.slice(1).map(({ offset }) => offset)).toEqual(headers.slice(0, -1).map(({ next }) => next));
    });

    test('reading resumes at any offset that the log gave', async () => {
      const log = await fresh();
      const headers = await writeEpochs(await log.openWriter(), [3, 0, 2, 7]);
      for (const [index, header] of headers.entries()) {
        const epochs = await take(log, headers.length - index, header.offset);
        expect(epochs.map(({ number }) => number)).toEqual(headers.slice(index).map(({ number }) => number));
        expect(await recordsIn(epochs[0] as Epoch)).toEqual(recordsOf(index + 1, header.records));
      }
    });

    test('an epoch without records carries its state and its position', async () => {
      const log = await fresh();
      await writeEpochs(await log.openWriter(), [0]);
      const [epoch] = await takeAll(log);
      expect(epoch).toMatchObject({ ...footerOf(1), records: 0, bytes: 0 });
      expect(await recordsIn(epoch as Epoch)).toEqual([]);
    });

    test('an epoch that holds no transaction has no commit times', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      await writer.commit({ ...footerOf(1), firstCommitUs: null, lastCommitUs: null, transactions: 0 });
      expect((await takeAll(log))[0]).toMatchObject({ firstCommitUs: null, lastCommitUs: null, transactions: 0 });
    });

    test('a commit that starts anywhere but where the last one ended is refused (INV-4)', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      await writeEpochs(writer, [1]);
      await expect(writer.commit(footerOf(3))).rejects.toMatchObject({ code: 'LOG_EPOCH_GAP' });
    });

    test('a reader sees a commit made while it waits, and nothing of an open epoch', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      const epochs = log.read({ signal: never() })[Symbol.asyncIterator]();
      const first = epochs.next();
      await writer.append(recordsOf(1, 10));
      const waited = await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 50, 'waiting'))]);
      expect(waited).toBe('waiting');
      await writer.commit(footerOf(1));
      expect((await first).value).toMatchObject({ number: 1, records: 10 });
      await epochs.return?.();
    });

    test('a reader keeps pace with a writer that never stops', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      const reading = take(log, 200);
      for (let number = 1; number <= 200; number++) await writeEpoch(writer, number, number % 30);
      const epochs = await reading;
      for (const epoch of epochs) expect(await recordsIn(epoch)).toEqual(recordsOf(epoch.number, epoch.number % 30));
    });

    test('commits may overlap with what follows them and complete in order', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      const done: number[] = [];
      const commits: Promise<unknown>[] = [];
      for (let number = 1; number <= 50; number++) {
        const appended = writer.append(recordsOf(number, 3));
        commits.push(writer.commit(footerOf(number)).then((header) => done.push(header.number)));
        await appended;
      }
      await Promise.all(commits);
      expect(done).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
      for (const epoch of await takeAll(log)) expect(await recordsIn(epoch)).toEqual(recordsOf(epoch.number, 3));
    });

    test('an epoch of 200,000 records in fragments passes with little memory', { timeout: 300_000 }, async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      const count = 200_000;
      for (let index = 0; index < count; index += 500) {
        await writer.append(Array.from({ length: 500 }, (_, i) => recordOf(1, index + i)));
      }
      const header = await writer.commit(footerOf(1));
      expect(header.records).toBe(count);
      const [epoch] = await takeAll(log);
      let [index, mostBytes] = [0, 0];
      for await (const batch of (epoch as Epoch).read()) {
        for (const [i, record] of batch.entries()) {
          if ((index + i) % 997 === 0) expect(record).toEqual(recordOf(1, index + i));
        }
        mostBytes = Math.max(
          mostBytes,
          batch.reduce((sum, { value }) => sum + (value?.length ?? 0), 0),
        );
        index += batch.length;
      }
      expect(index).toBe(count);
      expect(mostBytes).toBeLessThan(8 << 20);
    });

    test('what was discarded is never seen, however much of it there was', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      await writeEpochs(writer, [2]);
      await writer.append(recordsOf(99, 20_000));
      await writer.discard();
      await writer.append(recordsOf(98, 5));
      await writer.discard();
      await writeEpochs(writer, [4, 1]);
      const epochs = await takeAll(log);
      expect(epochs.map(({ records }) => records)).toEqual([2, 4, 1]);
      for (const epoch of epochs) expect(await recordsIn(epoch)).toEqual(recordsOf(epoch.number, epoch.records));
    });

    test('what was appended and never committed is gone for the next writer', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      await writeEpochs(writer, [2]);
      await writer.append(recordsOf(2, 5_000));
      await writer.close();
      const next = await again().openWriter();
      expect(next.head.last?.number).toBe(1);
      await writeEpochs(next, [3]);
      expect(await recordsIn((await takeAll(log))[1] as Epoch)).toEqual(recordsOf(2, 3));
    });

    test('the state map comes back as the last epoch left it', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      await writeEpochs(writer, Array(12).fill(1));
      expect(writer.head.state).toEqual(stateAfter(12));
      await writer.close();
      const next = await again().openWriter();
      expect(next.head).toMatchObject({ state: stateAfter(12), last: { number: 12, state: footerOf(12).state } });
      expect((await log.head()).state).toEqual(stateAfter(12));
    });

    test('a newer writer fences an older one: its calls fail and nothing of it is seen any more (INV-32)', async () => {
      const log = await fresh();
      const old = await log.openWriter();
      await writeEpochs(old, [1]);
      await old.append(recordsOf(2, 700));
      const writer = await again().openWriter();
      expect(writer.generation).toBeGreaterThan(old.generation);
      expect(writer.head.last?.number).toBe(1);
      const fenced = { code: 'LOG_FENCED' };
      await expect(old.commit(footerOf(2))).rejects.toMatchObject(fenced);
      await expect(old.append(recordsOf(2, 1))).rejects.toMatchObject(fenced);
      await writeEpochs(writer, [3]);
      await expect(old.commit(footerOf(2))).rejects.toMatchObject(fenced);
      const epochs = await takeAll(log);
      expect(epochs.map(({ generation, records }) => [generation, records])).toEqual([
        [old.generation, 1],
        [writer.generation, 3],
      ]);
      expect(await recordsIn(epochs[1] as Epoch)).toEqual(recordsOf(2, 3));
    });

    test('generations grow with every writer', async () => {
      const log = await fresh();
      const generations: number[] = [];
      for (let i = 0; i < 4; i++) {
        const writer = await log.openWriter();
        generations.push(writer.generation);
        if (i % 2 === 0) await writer.close();
      }
      expect(generations).toEqual([...new Set(generations)].sort((a, b) => a - b));
    });

    test('the same schema has one id, after a restart too, and is readable at once', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      const texts = ['{"type":"string"}', '{"type":"int"}', '{"type":"record","name":"r","fields":[]}'];
      const ids = await Promise.all(texts.map((text, index) => writer.registerSchema(`subject-${index}`, text)));
      expect(new Set(ids).size).toBe(3);
      expect(await writer.registerSchema('subject-0', texts[0] as string)).toBe(ids[0]);
      for (const [index, id] of ids.entries())
        expect(JSON.parse(await log.schema(id))).toEqual(JSON.parse(texts[index] as string));
      await writer.close();
      const next = await again().openWriter();
      expect(await next.registerSchema('subject-1', texts[1] as string)).toBe(ids[1]);
      const added = await next.registerSchema('subject-3', '{"type":"long"}');
      expect(ids).not.toContain(added);
      expect(JSON.parse(await again().schema(added))).toEqual({ type: 'long' });
    });

    test('a schema id that was never given is refused', async () => {
      const log = await fresh();
      await log.openWriter();
      await expect(log.schema(987_654)).rejects.toMatchObject({ code: 'LOG_SCHEMA_UNKNOWN' });
    });

    test('a released prefix does not disturb what follows it', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      const headers = await writeEpochs(writer, Array(20).fill(9));
      const from = headers[14]?.offset as number;
      await log.release(from);
      const epochs = await take(log, 6, from);
      expect(epochs.map(({ number }) => number)).toEqual([15, 16, 17, 18, 19, 20]);
      await writer.close();
      const next = await again().openWriter();
      expect(next.head).toMatchObject({ state: stateAfter(20), last: { number: 20 } });
    });

    test('a log keeps its identity, and two logs never share one', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      const { logId } = writer.head;
      await writeEpochs(writer, [1]);
      expect((await again().head()).logId).toBe(logId);
      const other = await fresh();
      expect((await other.openWriter()).head.logId).not.toBe(logId);
    });

    test('an offset past the end is of another log, and refused', async () => {
      const log = await fresh();
      const [header] = await writeEpochs(await log.openWriter(), [1]);
      const reading = take(log, 1, (header?.next ?? 0) + 1_000);
      await expect(reading).rejects.toMatchObject({ code: 'LOG_FOREIGN', disposition: 'stop' });
    });

    test('a writer that was closed takes nothing more', async () => {
      const log = await fresh();
      const writer = await log.openWriter();
      await writer.close();
      await expect(writer.append(recordsOf(1, 1))).rejects.toMatchObject({ code: 'LOG_CLOSED' });
    });

    test('every acknowledged epoch outlives kill -9 of its writer at any instant', { timeout: 300_000 }, async () => {
      const log = await fresh();
      let acknowledged = 0;
      for (let round = 0; round < 8; round++) {
        acknowledged = Math.max(acknowledged, await killWriter(options));
        const { last, state } = await log.head();
        expect(last?.number ?? 0).toBeGreaterThanOrEqual(acknowledged);
        expect(state).toEqual(stateAfter(last?.number ?? 0));
      }
      expect(acknowledged).toBeGreaterThan(8);
      let number = 0;
      for (const epoch of await takeAll(log)) {
        expect(epoch.number).toBe(++number);
        expect(await isIntact(epoch)).toBe(true);
      }
      expect(number).toBeGreaterThanOrEqual(acknowledged);
    });
  });
}
