import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { EndingKind, Kept, Removal } from '../../contract/ending.ts';
import { SluiceError } from '../../contract/error.ts';
import { fileTime } from '../../contract/file-time.ts';
import { VERSION } from '../version.ts';
import type { EvidenceFacts } from './evidence.ts';

const DIRECTORY = '.sluice/evidence';
const FORMAT = 1;

/** The evidence of an ended pipeline: written before anything is removed, finished when all of it is. */
export interface EndingEvidence {
  readonly format: typeof FORMAT;
  readonly pipeline: string;
  readonly kind: EndingKind;
  /** Of sluice. */
  readonly version: string;
  readonly startedBy: string;
  /** ISO 8601 in UTC; null: not finished yet, and the same command goes on. */
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly facts: EvidenceFacts;
  readonly removals: readonly Removal[];
  readonly kept: readonly Kept[];
}

export interface StoredEvidence {
  readonly path: string;
  readonly evidence: EndingEvidence;
}

export type NewEvidence = Omit<EndingEvidence, 'format' | 'version' | 'startedAt' | 'finishedAt' | 'pipeline'>;

/** The newest evidence of this pipeline; null: it was never ended from this folder. */
export async function lastEvidence({ folder, pipeline }: Config): Promise<StoredEvidence | null> {
  const directory = resolve(folder, DIRECTORY);
  const found: StoredEvidence[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    if (!name.endsWith('.json')) continue;
    const path = join(directory, name);
    const evidence = parse(await readFile(path, 'utf8'));
    if (evidence?.pipeline === pipeline) found.push({ path, evidence });
  }
  return found.sort((a, b) => b.evidence.startedAt.localeCompare(a.evidence.startedAt))[0] ?? null;
}

/** Another file of the folder is none of ours. */
function parse(text: string): EndingEvidence | null {
  try {
    const found = JSON.parse(text) as Partial<EndingEvidence> | null;
    return found?.format === FORMAT && typeof found.startedAt === 'string' ? (found as EndingEvidence) : null;
  } catch {
    return null;
  }
}

export async function beginEvidence({ folder, pipeline }: Config, begun: NewEvidence): Promise<StoredEvidence> {
  const started = new Date();
  const startedAt = started.toISOString();
  const directory = resolve(folder, DIRECTORY);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${pipeline}-${begun.kind}-${fileTime(started)}.json`);
  const evidence = { format: FORMAT, pipeline, version: VERSION, startedAt, finishedAt: null, ...begun } as const;
  return await writeEvidence({ path, evidence });
}

/** Whole or as it was, after a power cut too: nothing is removed before it is on the disk. */
export async function writeEvidence(stored: StoredEvidence): Promise<StoredEvidence> {
  const draft = `${stored.path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(stored.evidence, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, stored.path);
  const directory = await open(resolve(stored.path, '..'), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
  return stored;
}

/**
 * PIPELINE_ENDED: `sluice complete` has ended it, or an ending is under way: a service that is started again would load
 * everything anew over what the application has written.
 */
export async function refuseEnded(config: Config): Promise<void> {
  const last = await lastEvidence(config);
  if (last === null || (last.evidence.kind === 'teardown' && last.evidence.finishedAt !== null)) return;
  const { kind, startedAt, finishedAt } = last.evidence;
  throw new SluiceError({
    code: 'PIPELINE_ENDED',
    message: `sluice ${kind} ${finishedAt === null ? `was begun at ${startedAt} and is not finished` : `has ended this pipeline at ${finishedAt}`}`,
    remedy:
      finishedAt === null
        ? `Finish it: sluice ${kind}. Stop the service that starts sluice.`
        : `There is no way back any more. Stop the service that starts sluice. To begin anew under this name, move ${last.path} elsewhere.`,
    disposition: 'stop',
  });
}
