/** The servers' own command line clients: of the machine, else of the packages that the servers come from. */
import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpackDebianPackages } from '../../../src/servers/debian-package.ts';
import { findLoader } from '../../../src/servers/loader.ts';
import { findExecutable } from '../../../src/servers/program.ts';

const run = promisify(execFile);

interface Program {
  readonly file: string;
  readonly before: readonly string[];
}

const PACKAGES = {
  mysql: { names: ['mysql-server-core', 'mysql-client-core'], suite: 'sid', file: 'usr/bin/mysql' },
  mariadb: { names: ['mariadb-server-core', 'mariadb-client-core'], suite: undefined, file: 'usr/bin/mariadb' },
};

/** null: this machine has none, and no packages. */
async function clientOf(kind: 'mysql' | 'mariadb'): Promise<Program | null> {
  const own = await findExecutable([kind]);
  if (own) return { file: own, before: [] };
  try {
    const { names, suite, file } = PACKAGES[kind];
    const prefix = await unpackDebianPackages(kind, names, suite);
    await access(join(prefix, file));
    const loader = await findLoader(prefix);
    return { file: loader.file, before: [...loader.arguments, join(prefix, file)] };
  } catch {
    return null;
  }
}

/** What the stock client prints of a script; null without a client. */
export async function sourceOutput(kind: 'mysql' | 'mariadb', url: string, script: string): Promise<string | null> {
  const client = await clientOf(kind);
  if (client === null) return null;
  const { hostname, port, username, password, pathname } = new URL(url);
  const login = ['-h', hostname, '-P', port, '-u', decodeURIComponent(username), '--protocol=TCP'];
  const secret = password === '' ? [] : [`--password=${decodeURIComponent(password)}`];
  const words = ['--no-defaults', ...login, ...secret, '--batch', '--raw', pathname.slice(1)];
  const running = run(client.file, [...client.before, ...words], { maxBuffer: 64 * 1024 * 1024 });
  // As the script's head says: `< source.sql`.
  running.child.stdin?.end(await readFile(script));
  return (await running).stdout;
}

export async function targetOutput(url: string, script: string): Promise<string | null> {
  const psql = await findExecutable(['psql']);
  if (!psql) return null;
  return (await run(psql, ['-X', '-d', url, '-f', script], { maxBuffer: 64 * 1024 * 1024 })).stdout;
}
