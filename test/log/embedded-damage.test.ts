import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import { folders } from './folder.ts';
import { footerOf, isIntact, recordsOf, takeAll, writeEpochs } from './sample.ts';

const folder = folders();

const segmentsIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.segment')).sort();

async function lastSegment(directory: string): Promise<string> {
  return join(directory, (await segmentsIn(directory)).at(-1) as string);
}

/** A log of epochs of these sizes; returns its directory. `isClosed`: the writer ended in peace. */
async function written(counts: readonly number[], isClosed: boolean, segmentBytes = 1 << 30): Promise<string> {
  const directory = await folder();
  const log = new EmbeddedLog({ directory, segmentBytes });
  const writer = await log.openWriter();
  await writer.registerSchema('a', '"string"');
  await writeEpochs(writer, counts);
  const copy = `${directory}-killed`;
  if (!isClosed) await cp(directory, copy, { recursive: true });
  await log.close();
  if (!isClosed) await rm(join(copy, 'lock'));
  return isClosed ? directory : copy;
}

/** Epochs that a new writer and a reader of the directory find, every record compared. */
async function found(directory: string): Promise<number> {
  const log = new EmbeddedLog({ directory });
  try {
    const writer = await log.openWriter();
    const epochs = await takeAll(log);
    for (const epoch of epochs) expect(await isIntact(epoch)).toBe(true);
    expect(writer.head.last?.number ?? 0).toBe(epochs.length);
    return epochs.length;
  } finally {
    await log.close();
  }
}

test('a log cut at any byte of its last epoch opens at the epoch before, or at the last one when it is whole', async () => {
  const short = await written([1], false);
  const whole = await written([1, 3], false);
  const path = await lastSegment(whole);
  const from = (await stat(await lastSegment(short))).size;
  const bytes = await readFile(path);
  const names = await readdir(whole);
  for (let length = from; length <= bytes.length; length++) {
    for (const name of await segmentsIn(whole)) await rm(join(whole, name));
    expect(names).toContain('schemas');
    await writeFile(path, bytes.subarray(0, length));
    expect(await found(whole)).toBe(length === bytes.length ? 2 : 1);
  }
});

test('a log that was cut goes on as if the lost epoch had never been', async () => {
  const directory = await written([4, 9], false);
  const path = await lastSegment(directory);
  await truncate(path, (await stat(path)).size - 1);
  const log = new EmbeddedLog({ directory });
  const writer = await log.openWriter();
  await writeEpochs(writer, [3, 5]);
  expect((await takeAll(log)).map(({ records }) => records)).toEqual([4, 3, 5]);
  await log.close();
  expect(await found(directory)).toBe(3);
});

test('every single byte changed in a closed log is found (INV-31)', { timeout: 300_000 }, async () => {
  const directory = await written([1, 0, 2], true);
  const path = await lastSegment(directory);
  const bytes = await readFile(path);
  const outcomes = new Map<string, number>();
  for (let at = 0; at < bytes.length; at++) {
    for (const name of await segmentsIn(directory)) await rm(join(directory, name));
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
    await writeFile(path, damaged);
    const outcome = await found(directory).catch((error) => error.code);
    outcomes.set(String(outcome), (outcomes.get(String(outcome)) ?? 0) + 1);
  }
  // 3: the byte was in the closing mark of the writer, after all that counts.
  expect([...outcomes.keys()].sort()).toEqual(['3', 'LOG_CORRUPT']);
  expect(outcomes.get('3')).toBeLessThan(40);
});

test('every single byte changed under a reader is found before a wrong record is given (INV-31)', async () => {
  const directory = await folder();
  const log = new EmbeddedLog({ directory });
  await writeEpochs(await log.openWriter(), [3, 2]);
  const path = await lastSegment(directory);
  const bytes = await readFile(path);
  const { last } = await log.head();
  for (let at = 0; at < (last?.next ?? 0); at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
    await writeFile(path, damaged);
    const reading = (async () => {
      for (const epoch of await takeAll(log)) expect(await isIntact(epoch)).toBe(true);
      return 'intact';
    })();
    const outcome = await reading.catch((error) => error.code);
    // The reader hops over a segment's first frame by its length alone: it holds nothing that a reader is given.
    expect(['LOG_CORRUPT', ...(at < 200 ? ['intact'] : [])]).toContain(outcome);
  }
  await writeFile(path, bytes);
  await log.close();
});

test('a defect in an older segment is found when it is read, and what is before it is given', async () => {
  const directory = await written(Array(30).fill(40), true, 1 << 16);
  const names = await segmentsIn(directory);
  expect(names.length).toBeGreaterThan(3);
  const path = join(directory, names[1] as string);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  await writeFile(path, bytes);
  const log = new EmbeddedLog({ directory });
  let intact = 0;
  const reading = (async () => {
    for await (const epoch of log.read({ signal: new AbortController().signal })) {
      expect(await isIntact(epoch)).toBe(true);
      intact++;
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: 'LOG_CORRUPT', disposition: 'stop' });
  expect(intact).toBeGreaterThan(0);
  await log.close();
});

test('an epoch may span segments and is cut whole', async () => {
  const directory = await written([2, 60_000], false, 1 << 20);
  expect((await segmentsIn(directory)).length).toBeGreaterThan(5);
  const path = await lastSegment(directory);
  await truncate(path, (await stat(path)).size - 1);
  expect(await found(directory)).toBe(1);
  expect((await segmentsIn(directory)).length).toBe(2);
});

test('a log without its last schemas is refused rather than giving their ids again (INV-35)', async () => {
  const directory = await written([1], true);
  await truncate(join(directory, 'schemas'), 20);
  await expect(found(directory)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
});

test('a torn schema that no epoch knew of is cut off', async () => {
  const directory = await folder();
  const log = new EmbeddedLog({ directory });
  const writer = await log.openWriter();
  expect(await writer.registerSchema('a', '"string"')).toBe(1);
  await writeEpochs(writer, [1]);
  expect(await writer.registerSchema('b', '"int"')).toBe(2);
  await log.close();
  const path = join(directory, 'schemas');
  await truncate(path, (await stat(path)).size - 1);
  const next = await log.openWriter();
  expect(await next.registerSchema('c', '"long"')).toBe(2);
  expect(await log.schema(2)).toBe('"long"');
  await log.close();
});

test('a log of another format version is refused, and so is one whose identity is gone', async () => {
  const directory = await written([1], true);
  const path = join(directory, 'log.json');
  const text = await readFile(path, 'utf8');
  for (const format of [0, 2, '1']) {
    await writeFile(path, JSON.stringify({ ...JSON.parse(text), format }));
    await expect(found(directory)).rejects.toMatchObject({ code: 'LOG_VERSION', disposition: 'stop' });
  }
  await writeFile(path, text.slice(0, 9));
  await expect(found(directory)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  await rm(path);
  await expect(found(directory)).rejects.toMatchObject({ code: 'LOG_FOREIGN' });
});

test('segments of another log in the directory are refused', async () => {
  const [mine, other] = [await written([1], true), await written([1], true)];
  const name = (await segmentsIn(mine))[0] as string;
  await cp(join(other, name), join(mine, name));
  await expect(found(mine)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
});

test('released segments are deleted; a reader that asks for them is told so, one without an offset starts later', async () => {
  const directory = await folder();
  const log = new EmbeddedLog({ directory, segmentBytes: 1 << 16 });
  const writer = await log.openWriter();
  const headers = await writeEpochs(writer, Array(30).fill(3_000));
  const before = (await segmentsIn(directory)).length;
  const kept = headers[20];
  await log.release(kept?.offset as number);
  expect((await segmentsIn(directory)).length).toBeLessThan(before);
  const epochs = await takeAll(log);
  expect(epochs[0]?.number).toBeLessThanOrEqual(21);
  expect(epochs.at(-1)?.number).toBe(30);
  for (const epoch of epochs) expect(await isIntact(epoch)).toBe(true);
  const reading = log.read({ from: 0, signal: new AbortController().signal })[Symbol.asyncIterator]().next();
  await expect(reading).rejects.toMatchObject({ code: 'LOG_PURGED', disposition: 'resync' });
  await log.release(headers[29]?.next as number);
  await log.close();
  expect(await new EmbeddedLog({ directory }).head()).toMatchObject({ last: { number: 30 } });
});

test('a log released to its end and opened again and again keeps its last epoch and state (INV-34)', async () => {
  const directory = await folder();
  const log = new EmbeddedLog({ directory });
  const [header] = await writeEpochs(await log.openWriter(), [2]);
  for (let i = 0; i < 5; i++) {
    const writer = await log.openWriter();
    await log.release(header?.next as number);
    expect(writer.head).toMatchObject({ last: { number: 1, state: footerOf(1).state } });
    expect((await segmentsIn(directory)).length).toBe(1);
    await writer.close();
  }
  const writer = await log.openWriter();
  await writer.append(recordsOf(2, 3));
  await writer.commit(footerOf(2));
  expect((await takeAll(log)).map(({ number }) => number)).toEqual([2]);
  await log.close();
});
