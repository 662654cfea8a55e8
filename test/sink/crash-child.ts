/** A sink in a process of its own that kills itself with SIGKILL at one step of its n-th transaction. */
import { createSink } from '../../src/sink/sink.ts';
import { stream } from './source.ts';
import { Transfers } from './transfer.ts';

const [url = '', step = '', transactions = '1', epochs = '0'] = process.argv.slice(2);
let left = Number(transactions);
const sink = createSink({
  target: { url, pipeline: 'shop' },
  mapping: { targetOf: (_, table) => ({ schema: 'public', table }) },
  // Every epoch its own transaction, so that the n-th is known.
  maxTransactionBytes: 1,
  onStep: (reached) => {
    if (reached === step && --left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
const checkpoint = await sink.start();
await sink.apply(stream(...Transfers.after(checkpoint?.epoch ?? 0, Number(epochs))), new AbortController().signal);
await sink.close();
