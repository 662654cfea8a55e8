import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectPostgres, type TlsSettings } from '../../src/postgres/connection.ts';
import { startServer } from '../../src/servers/server.ts';
import { CA, CERTIFICATE, KEY } from './certificate.ts';

test('verify-full wants the name in the certificate, verify-ca only the authority, and a stranger is refused', async () => {
  await using server = await startServer('postgres', { fresh: true, durable: false });
  const admin = await connectPostgres({ url: server.url, pipeline: 'test' });
  // Written by the server itself, so that the key belongs to its user and to nobody else.
  const put = (pem: string, file: string) =>
    admin.query(`COPY (SELECT unnest(string_to_array('${pem}', E'\\n'))) TO PROGRAM 'umask 077 && cat > ${file}'`);
  await put(CERTIFICATE, 'server.crt');
  await put(KEY, 'server.key');
  await admin.query('ALTER SYSTEM SET ssl = on');
  await admin.query('SELECT pg_reload_conf()');
  await admin.close();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
  const ca = join(folder, 'ca.crt');
  await writeFile(ca, CA);
  const isEncrypted = async (host: string, tls: TlsSettings) => {
    const url = new URL(server.url);
    url.hostname = host;
    const session = await connectPostgres({ url: url.href, pipeline: 'test', tls });
    const { rows } = await session.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await session.close();
    return rows[0]?.['ssl'] === 't';
  };
  expect(await isEncrypted('localhost', { mode: 'verify-full', ca })).toBe(true);
  expect(await isEncrypted('127.0.0.1', { mode: 'verify-ca', ca })).toBe(true);
  expect(await isEncrypted('127.0.0.1', { mode: 'off' })).toBe(false);
  const refused = { code: 'TARGET_TLS', disposition: 'stop' };
  await expect(isEncrypted('127.0.0.1', { mode: 'verify-full', ca })).rejects.toMatchObject(refused);
  await expect(isEncrypted('localhost', { mode: 'verify-full' })).rejects.toMatchObject(refused);
  const missing = isEncrypted('localhost', { mode: 'verify-full', ca: join(folder, 'none.crt') });
  await expect(missing).rejects.toMatchObject({ code: 'TARGET_TLS_FILE', disposition: 'stop' });
  await rm(folder, { recursive: true });
});
