import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLog } from '../../src/log/open-log.ts';
import { folders } from './folder.ts';
import { footerOf, isIntact, recordsOf, takeAll } from './sample.ts';

const folder = folders();
const EPOCHS = 1_500;

test('frames that are sealed while the next segment is made are in it, whatever the disk takes its time for', async () => {
  const log = openLog({ kind: 'embedded', directory: await folder(), segmentBytes: 60_000 });
  const writer = await log.openWriter();
  const commits: Promise<unknown>[] = [];
  for (let number = 1; number <= EPOCHS; number++) {
    await writer.append(recordsOf(number, 1 + (number % 9)));
    // Not awaited: the next epoch's frames are sealed while this one is on its way, as under backlog.
    commits.push(writer.commit(footerOf(number)));
    if (number % 5 === 0) await sleep(0);
  }
  await Promise.all(commits);
  const epochs = await takeAll(log);
  expect(epochs.length).toBe(EPOCHS);
  for (const epoch of epochs) expect(await isIntact(epoch), `epoch ${epoch.number}`).toBe(true);
  await log.close();
});

test('what a log keeps is for the account alone that writes it, wherever it was told to be', async () => {
  const directory = join(await folder(), 'deep', 'log');
  const log = openLog({ kind: 'embedded', directory, segmentBytes: 60_000 });
  const writer = await log.openWriter();
  await writer.append(recordsOf(1, 9));
  await writer.commit(footerOf(1));
  await log.close();
  const names = await readdir(directory);
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) expect([name, (await stat(join(directory, name))).mode & 0o077]).toEqual([name, 0]);
  for (const place of [directory, join(directory, '..')]) expect((await stat(place)).mode & 0o777).toBe(0o700);
});
