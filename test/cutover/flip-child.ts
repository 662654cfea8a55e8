/** Flips a file or takes it back in a process of its own that kills itself with SIGKILL before its n-th change. */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [act, path = '', values = '', record = '', before = ''] = process.argv.slice(2);
let left = Number(before);

for (const name of ['open', 'rename', 'rm'] as const) {
  const original = fs[name] as (...given: unknown[]) => Promise<unknown>;
  const counted = (...given: unknown[]) => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
    return original.apply(fs, given);
  };
  Object.assign(fs, { [name]: counted });
}
syncBuiltinESMExports();

const { FileFlip } = await import('../../src/cutover/flip/file-flip.ts');
const { envEdit } = await import('../../src/cutover/flip/env-file.ts');
const flip = new FileFlip({ path }, envEdit(JSON.parse(values)));
if (act === 'run') await flip.run(JSON.parse(record));
else await flip.undo(JSON.parse(record));
