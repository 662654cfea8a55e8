import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkSource } from '../../src/check/source.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import { CA, CERTIFICATE, KEY } from '../postgres/certificate.ts';
import { caughtUpSince, configOf, startLine } from './line.ts';
import { expectEqual } from './shop.ts';

const silent = { signal: new AbortController().signal, onStep: () => undefined };

describe.each(['mysql', 'mariadb'] as const)('a source of %s over TLS', (kind) => {
  let server: RunningServer;
  let folder: string;

  const file = (name: string) => join(folder, name);
  const on = async (...statements: readonly string[]) => {
    const connection = await createConnection({ uri: server.url });
    for (const statement of statements) await connection.query(statement);
    await connection.end();
  };
  const config = (host: string, tls: string, target = 'postgresql://u@127.0.0.1:1/d') =>
    configOf(
      file('sluice.yaml'),
      `pipeline: tls
source: { url: "mysql://safe:pw@${host}:${server.port}/shop", databases: [shop], tls: ${tls} }
target: { url: ${target} }
log: { kind: embedded, directory: log }
control: { socket: ${file('s.sock')} }
`,
    );
  const codes = async (host: string, tls: string) => {
    const { findings } = await checkSource(config(host, tls), { ...silent, depth: 'quick' });
    return findings.filter(({ code }) => code !== 'BINLOG_BYPASS').map(({ code, cure }) => `${code}: ${cure.join()}`);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
    // The server may run as another user.
    const put = (name: string, pem: string) => writeFile(file(name), pem, { mode: 0o644 });
    await Promise.all([put('ca.crt', CA), put('server.crt', CERTIFICATE), put('server.key', KEY)]);
    server = await startServer(kind, {
      durable: false,
      arguments: [`--ssl-ca=${file('ca.crt')}`, `--ssl-cert=${file('server.crt')}`, `--ssl-key=${file('server.key')}`],
    });
    await on(
      "CREATE USER 'safe'@'%' IDENTIFIED BY 'pw' REQUIRE SSL",
      "GRANT ALL ON *.* TO 'safe'@'%'",
      'CREATE DATABASE shop',
      'CREATE TABLE shop.item (id int PRIMARY KEY, v varchar(20))',
      "INSERT INTO shop.item VALUES (1, 'loaded')",
    );
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['verify-full', 'localhost'],
    ['verify-ca', '127.0.0.1'],
  ])('is read whole with %s: check, copy and stream', async (mode, host) => {
    await using postgres = await startServer('postgres');
    const target = await freshDatabase(postgres, 'tls');
    await rm(file('log'), { recursive: true, force: true });
    const whole = config(host, `${mode}, ca: ${file('ca.crt')}`, target.url);
    const line = {
      source: { name: 'shop', url: server.url, drop: async () => undefined },
      target,
      folder,
      file: file('sluice.yaml'),
      config: whole,
      proxies: null,
      close: async () => undefined,
    };
    const running = startLine(line);
    await running.until(({ state }) => state === 'streaming');
    await on(`REPLACE INTO shop.item VALUES (2, '${mode}')`);
    await running.until(caughtUpSince(Date.now()));
    await running.stop();
    await expectEqual(line);
    await target.drop();
  });

  test('is refused with the cure for a wrong authority, no name to verify, no TLS where the account wants it', async () => {
    const other = file('other.crt');
    await writeFile(other, await strangerCa(server));
    expect(await codes('localhost', `verify-full, ca: ${other}`)).toEqual([
      expect.stringMatching(/^SOURCE_TLS_UNTRUSTED: .*CA/),
    ]);
    expect(await codes('localhost', 'verify-ca')).toEqual([expect.stringMatching(/^SOURCE_TLS_UNTRUSTED: .*CA/)]);
    expect(await codes('127.0.0.1', `verify-full, ca: ${file('ca.crt')}`)).toEqual([
      expect.stringMatching(/^SOURCE_TLS_/),
    ]);
    expect(await codes('localhost', 'off')).toEqual([expect.stringMatching(/^SOURCE_ACCESS_DENIED: .*source\.tls/)]);
    await on('SET GLOBAL require_secure_transport = ON').catch(() => undefined);
    expect(await codes('localhost', 'off')).toEqual([
      expect.stringMatching(/^SOURCE_(TLS_REQUIRED|ACCESS_DENIED): .*source\.tls/),
    ]);
  });
});

/** Another authority's certificate. */
async function strangerCa(server: RunningServer): Promise<string> {
  const { rootCertificates } = await import('node:tls');
  return (await readFile(join(server.dataDirectory ?? '', 'ca.pem'), 'utf8').catch(() => rootCertificates[0])) ?? '';
}
