import type { ViteUserConfig } from 'vitest/config';
import { setRunEnvironment } from './run-environment.ts';

setRunEnvironment();

type Settings = NonNullable<ViteUserConfig['test']>;

/** Once for a run. */
export const SETUP = { globalSetup: ['test/global-setup.ts'] } satisfies Settings;

/** What every project of tests shares. Node itself loads the files, from its compile cache: nothing is mocked here. */
export const BASE = {
  hookTimeout: 300_000,
  pool: 'forks',
  experimental: { viteModuleRunner: false, nodeLoader: false },
} satisfies Settings;
