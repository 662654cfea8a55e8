import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../src/contract/logger.ts';
import { HttpServer } from '../../src/http/server.ts';

export interface Told {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface OpenHttp extends AsyncDisposable {
  readonly server: HttpServer;
  readonly url: string;
  readonly tokenFile: string;
  readonly logged: readonly Told[];
  token(): Promise<string>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** The real server on a free port, with a token of its own. */
export async function openHttp(hosts: readonly string[] = [], pipeline = 'shop'): Promise<OpenHttp> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-http-'));
  const tokenFile = join(folder, 'deep', 'shop.token');
  const logged: Told[] = [];
  const server = await HttpServer.open({
    pipeline,
    listen: '127.0.0.1:0',
    hosts,
    tokenFile,
    logger: collecting(logged),
  });
  await server.opened();
  const url = server.url ?? '';
  return {
    server,
    url,
    tokenFile,
    logged,
    token: async () => (await readFile(tokenFile, 'utf8')).trim(),
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers }),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function collecting(logged: Told[]): Logger {
  const note = (fields: Readonly<Record<string, unknown>>, message: string) => void logged.push({ fields, message });
  return { debug: note, info: note, warn: note, error: note };
}
