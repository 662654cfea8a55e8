/** Writes epochs of varied size until it is killed; each number it prints was acknowledged as durable. */
import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { openLog } from '../../src/log/open-log.ts';
import { footerOf, recordsOf } from './sample.ts';

const log = openLog(JSON.parse(argv[2] as string));
const writer = await log.openWriter();
for (let number = (writer.head.last?.number ?? 0) + 1; ; number++) {
  await writer.append(recordsOf(number, number % 9 === 0 ? 3_000 : number % 40));
  const acknowledged = writer.commit(footerOf(number)).then((header) => writeSync(1, `${header.number}\n`));
  if (number % 3 === 0) await acknowledged;
}
