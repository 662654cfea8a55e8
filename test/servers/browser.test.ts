import { afterEach, expect, it, vi } from 'vitest';
import { findBrowser } from '../../src/servers/browser.ts';

afterEach(() => vi.unstubAllEnvs());

it('a browser that the environment names is taken, and one that is no program is refused, never passed over', async () => {
  vi.stubEnv('SLUICE_TEST_CHROMIUM', process.execPath);
  expect((await findBrowser()).file).toBe(process.execPath);
  vi.stubEnv('SLUICE_TEST_CHROMIUM', '/nowhere/chromium');
  await expect(findBrowser()).rejects.toMatchObject({ code: 'SERVERS_UNREACHABLE' });
});
