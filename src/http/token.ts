import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HttpProblem } from './problem.ts';

/** A shorter one could be guessed. */
const LEAST_LENGTH = 16;

/** Makes the file with a new token, readable by this account alone, where there is none. Never touches one that is there. */
export async function makeToken(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`).finally(() => handle.close());
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/**
 * Read anew for each request: a token is changed by changing the file. HTTP_TOKEN_NEEDED (401), HTTP_TOKEN_WRONG (403),
 * HTTP_TOKEN_UNREADABLE (503): nothing is allowed while the file cannot be read or holds no token.
 */
export async function checkToken(file: string, authorization: string | undefined): Promise<void> {
  const [, given] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (given === undefined) {
    const remedy = `Send "Authorization: Bearer TOKEN" with the token in ${file}.`;
    throw new HttpProblem(401, 'HTTP_TOKEN_NEEDED', 'what changes something needs the token', remedy);
  }
  if (!isSame(given, await readToken(file)))
    throw new HttpProblem(403, 'HTTP_TOKEN_WRONG', 'the token is wrong', `The token is in ${file}.`);
}

async function readToken(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (token.length >= LEAST_LENGTH) return token;
  const detail = `${file} cannot be read, or holds fewer than ${LEAST_LENGTH} characters`;
  throw new HttpProblem(503, 'HTTP_TOKEN_UNREADABLE', detail, 'Remove it and start again: a new one is made.');
}

/** In the same time, however much of it is right. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
