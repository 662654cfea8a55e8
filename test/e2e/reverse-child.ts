/** The way back in a process of its own, which kills itself with SIGKILL at one step of its n-th transaction. */
import { readFileSync } from 'node:fs';
import { Reverse } from '../../src/pipeline/reverse/reverse.ts';
import { configOf } from './line.ts';

const [file = '', step = '', transactions = '1'] = process.argv.slice(2);
const log = (fields: unknown, message: string) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
let left = Number(transactions);
const reverse = new Reverse({
  config: configOf(file, readFileSync(file, 'utf8')),
  logger: { debug() {}, info() {}, warn: log, error: log },
  delayRatio: 0.1,
  onStep: (reached) => {
    if (reached === step && --left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
const run = reverse.start();
process.once('SIGTERM', () => void run.stop());
await run.ended;
