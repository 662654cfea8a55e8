/** Fills the file system it is given under a log, makes room again, and prints what happened as JSON. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import type { LogWriter } from '../../src/contract/change-log.ts';
import { SluiceError } from '../../src/contract/error.ts';
import { EmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import { isIntact, takeAll, writeEpoch } from './sample.ts';

const place = argv[2] as string;
const log = new EmbeddedLog({ directory: join(place, 'log'), segmentBytes: 1 << 20 });
const ballast = join(place, 'ballast');

const failureOf = async (act: () => Promise<unknown>): Promise<string> => {
  try {
    await act();
    return 'none';
  } catch (error) {
    return error instanceof SluiceError ? `${error.code} ${error.disposition}` : String(error);
  }
};

async function writeUntilFull(writer: LogWriter, acknowledged: { number: number }): Promise<void> {
  for (;;) acknowledged.number = (await writeEpoch(writer, acknowledged.number + 1, 400)).number;
}

async function seen(): Promise<string> {
  const epochs = await takeAll(log);
  for (const epoch of epochs) if (!(await isIntact(epoch))) return `epoch ${epoch.number} is not intact`;
  return `${epochs.length} intact`;
}

const acknowledged = { number: 0 };
const first = await log.openWriter();
const whenFull = await failureOf(() => writeUntilFull(first, acknowledged));
const seenWhenFull = await seen();
await first.close();
await failureOf(() => writeFile(ballast, Buffer.alloc(8 << 20)));
const openedWhenFull = await failureOf(() => log.openWriter());
const seenStill = await seen();
await rm(ballast);
await log.release((await log.head()).last?.offset ?? 0);
const writer = await log.openWriter();
const resumesAt = writer.head.last?.number;
for (let i = 1; i <= 3; i++) await writeEpoch(writer, acknowledged.number + i, 400);
const last = (await log.head()).last?.number;
await log.close();
const outcome = {
  acknowledged: acknowledged.number,
  whenFull,
  seenWhenFull,
  openedWhenFull,
  seenStill,
  resumesAt,
  last,
};
stdout.write(JSON.stringify(outcome));
