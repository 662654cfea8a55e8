import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startKeeper } from '../../src/servers/keeper.ts';
import { startServer } from '../../src/servers/server.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-kept-'));
  // PostgreSQL runs as another user where we are root.
  await chmod(folder, 0o755);
  vi.stubEnv('TMPDIR', folder);
  vi.stubEnv('SLUICE_TEST_ORIGIN', 'binaries');
  vi.stubEnv('SLUICE_TEST_POSTGRES_URL', undefined);
  // The keeper under test sets this one; the real one of this run comes back with the rest.
  vi.stubEnv('SLUICE_SERVERS_SOCKET', undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function kinds(): Promise<readonly (string | undefined)[]> {
  return (await readdir(folder)).map((name) => name.split('-')[1]).sort();
}

test('a run that asks for no server starts none, and one that needs PostgreSQL starts one PostgreSQL', async () => {
  const keeper = await startKeeper();
  expect(await kinds()).toEqual(['keeper']);
  const [one, two] = await Promise.all([startServer('postgres'), startServer('postgres')]);
  expect(one.port).toBe(two.port);
  await one.stop();
  expect(await kinds()).toEqual(['keeper', 'postgres']);
  await keeper.close();
  expect(await kinds()).toEqual([]);
});
