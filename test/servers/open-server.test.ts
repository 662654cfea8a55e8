import { afterEach, expect, test, vi } from 'vitest';
import { openPrivate, openShared } from '../../src/servers/open-server.ts';
import { freePort } from '../../src/servers/port.ts';
import type { ServerKind } from '../../src/servers/running-server.ts';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['mysql', 'SLUICE_TEST_MYSQL_URL', 'mysql://root:hush@127.0.0.1:PORT/'],
  ['mariadb', 'SLUICE_TEST_MARIADB_URL', 'mysql://root:hush@127.0.0.1:PORT/'],
  ['postgres', 'SLUICE_TEST_POSTGRES_URL', 'postgresql://postgres:hush@127.0.0.1:PORT/postgres'],
  ['kafka', 'SLUICE_TEST_KAFKA_BROKERS', '127.0.0.1:PORT'],
] as const)(
  'a %s URL that nobody answers is an error that names the variable and no password',
  async (kind, name, url) => {
    vi.stubEnv(name, url.replace('PORT', String(await freePort())));
    const error = await openShared(kind).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SERVERS_UNREACHABLE', message: expect.stringContaining(name) });
    expect(String(error)).not.toContain('hush');
  },
);

test.each([
  ['mysql', 'SLUICE_TEST_MYSQL_URL', 'postgresql://127.0.0.1/'],
  ['postgres', 'SLUICE_TEST_POSTGRES_URL', '127.0.0.1:5432'],
] as const)('a %s URL of another form is an error that shows the right one', async (kind, name, url) => {
  vi.stubEnv(name, url);
  const remedy = expect.stringContaining(kind === 'mysql' ? 'mysql://' : 'postgresql://');
  await expect(openShared(kind)).rejects.toMatchObject({ code: 'SERVERS_UNREACHABLE', remedy });
});

test('where there is neither Docker nor a program, the error names the variable and what to install', async () => {
  vi.stubEnv('SLUICE_TEST_ORIGIN', 'binaries');
  vi.stubEnv('PATH', '/nowhere');
  vi.stubEnv('JAVA_HOME', undefined);
  const kind: ServerKind = 'kafka';
  await expect(openPrivate(kind, {})).rejects.toMatchObject({
    code: 'SERVERS_UNAVAILABLE',
    message: expect.stringContaining('Java'),
    remedy: expect.stringContaining('SLUICE_TEST_KAFKA_BROKERS'),
  });
});

test('a run that is limited to Docker does not fall back to binaries', async () => {
  vi.stubEnv('SLUICE_TEST_ORIGIN', 'docker');
  vi.stubEnv('POSTGRES_IMAGE', 'sluice.invalid/there-is-no-such-image:0');
  await expect(openPrivate('postgres', {})).rejects.toMatchObject({ code: 'SERVERS_UNAVAILABLE' });
});
