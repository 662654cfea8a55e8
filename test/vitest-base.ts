import type { ViteUserConfig } from 'vitest/config';
import { setRunEnvironment } from './run-environment.ts';

setRunEnvironment();

type Settings = NonNullable<ViteUserConfig['test']>;

/** Once for a run. */
export const SETUP = { globalSetup: ['test/global-setup.ts'] } satisfies Settings;

/**
 * How long a state is waited for where a test names no time of its own: vitest's second is too short where a machine is
 * busy, and whoever finds the state waits no longer for it.
 */
const POLL_MS = 30_000;

/** What every project of tests shares. Node itself loads the files, from its compile cache: nothing is mocked here. */
export const BASE = {
  hookTimeout: 300_000,
  pool: 'forks',
  expect: { poll: { timeout: POLL_MS } },
  experimental: { viteModuleRunner: false, nodeLoader: false },
} satisfies Settings;
