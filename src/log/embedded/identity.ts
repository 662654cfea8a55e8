import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logError } from '../log-error.ts';
import { createOnce, FOLDER_MODE, isAbsent } from './disk.ts';
import { listSegments } from './segment-file.ts';

/** Version of everything in the directory. Another one is refused, never guessed at. */
export const embeddedFormat = 1;

export interface Identity {
  readonly logId: string;
}

/** Reads `log.json`; undefined in a directory that holds no log. */
async function readIdentity(directory: string): Promise<Identity | undefined> {
  const path = join(directory, 'log.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  return parseIdentity(path, text);
}

function parseIdentity(path: string, text: string): Identity {
  let content: { readonly format?: unknown; readonly logId?: unknown } | null;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw logError('LOG_CORRUPT', `${path} is not JSON`, cause);
  }
  if (content?.format !== embeddedFormat) {
    throw logError('LOG_VERSION', `${path} says format ${content?.format}, this release reads ${embeddedFormat}`);
  }
  if (typeof content.logId !== 'string') throw logError('LOG_CORRUPT', `${path} names no logId`);
  return { logId: content.logId };
}

/** The identity of the log in `directory`, which becomes a log if it is none. */
export async function identityOf(directory: string): Promise<Identity> {
  await mkdir(directory, { recursive: true, mode: FOLDER_MODE });
  const found = await readIdentity(directory);
  if (found !== undefined) return found;
  if ((await listSegments(directory)).length > 0) {
    throw logError('LOG_FOREIGN', `${directory} holds segments, but its log.json is gone`);
  }
  const text = `${JSON.stringify({ format: embeddedFormat, logId: randomUUID() })}\n`;
  await createOnce(join(directory, 'log.json'), Buffer.from(text));
  return identityOf(directory);
}
