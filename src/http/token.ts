import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HttpProblem } from './problem.ts';

/** A shorter one could be guessed. */
const LEAST_LENGTH = 16;
/** Rights of accounts that are neither the owner's nor of its group. */
const OTHERS = 0o007;

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
 * Read anew for each request: a token is changed by changing the file, and a file that was deleted is made anew.
 * HTTP_TOKEN_NEEDED (401), HTTP_TOKEN_WRONG (403), HTTP_TOKEN_UNREADABLE and HTTP_TOKEN_EXPOSED (503): nothing is allowed
 * while the file cannot be read, holds no token, or is everybody's to read. Each says where the file is.
 */
export async function checkToken(file: string, authorization: string | undefined): Promise<void> {
  const given = tokenOf(authorization);
  if (given === null) {
    const remedy = `Send "Authorization: Bearer TOKEN" with the token in ${file}.`;
    throw new HttpProblem(401, 'HTTP_TOKEN_NEEDED', 'what changes something needs the token', remedy);
  }
  if (!isSame(given, await readToken(file)))
    throw new HttpProblem(403, 'HTTP_TOKEN_WRONG', 'the token is wrong', `The token is in ${file}.`);
}

/** Whether a request carries the right token: its count of requests is not that of who guesses. Never fails. */
export async function hasToken(file: string, authorization: string | undefined): Promise<boolean> {
  const given = tokenOf(authorization);
  return given !== null && isSame(given, await readToken(file).catch(() => ''));
}

function tokenOf(authorization: string | undefined): string | null {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** As ssh does with a key: what everybody on the machine may read, or write, is no secret. null: it is well, or not there. */
export async function exposureOf(file: string): Promise<HttpProblem | null> {
  const mode = (await stat(file).catch(() => null))?.mode ?? 0;
  if ((mode & OTHERS) === 0) return null;
  const detail = `${file} is open to every account of this machine (mode ${(mode & 0o777).toString(8).padStart(4, '0')}): nothing is changed by its token`;
  const remedy = `Whoever has read it may use it: remove it, and the next request makes a new one. Or: chmod 600 ${file}`;
  return new HttpProblem(503, 'HTTP_TOKEN_EXPOSED', detail, remedy);
}

async function readToken(file: string): Promise<string> {
  const exposed = await exposureOf(file);
  if (exposed !== null) throw exposed;
  const token = (await readOrMake(file).catch(() => '')).trim();
  if (token.length >= LEAST_LENGTH) return token;
  const detail = `${file} cannot be read, or holds fewer than ${LEAST_LENGTH} characters`;
  throw new HttpProblem(503, 'HTTP_TOKEN_UNREADABLE', detail, 'Remove it: the next request makes a new one.');
}

async function readOrMake(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    await makeToken(file);
    return await readFile(file, 'utf8');
  }
}

/** In the same time, however much of it is right. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
