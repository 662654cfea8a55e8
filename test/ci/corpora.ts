import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of the data sets that are no part of the project; without them the test fails and says what to do. */
export async function readCorpus(...path: readonly string[]): Promise<string> {
  const folder = process.env['SLUICE_CORPORA'];
  if (!folder) throw new Error('set SLUICE_CORPORA to the folder that holds the data sets (sakila/ ...); .ci/run does');
  const file = join(folder, ...path);
  if (!existsSync(file)) throw new Error(`SLUICE_CORPORA is ${folder}, which has no ${path.join('/')}`);
  return await readFile(file, 'utf8');
}
