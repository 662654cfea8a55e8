import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LogOptions } from '../../src/log/open-log.ts';

const program = fileURLToPath(new URL('writer-process.ts', import.meta.url));

/** Runs a writer in a process of its own and kills it soon after its first commit; the last number it acknowledged. */
export async function killWriter(options: LogOptions): Promise<number> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let acknowledged = 0;
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    if (acknowledged === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * 150);
    acknowledged = Number(line);
  });
  const [, signal] = await once(child, 'close');
  if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself after epoch ${acknowledged}`);
  return acknowledged;
}
