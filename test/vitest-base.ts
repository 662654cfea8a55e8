import type { ViteUserConfig } from 'vitest/config';
import { setRunEnvironment } from './run-environment.ts';

setRunEnvironment();

/** What the three configurations share. Node itself loads the files, from its compile cache: nothing is mocked here. */
export const BASE: ViteUserConfig['test'] = {
  hookTimeout: 300_000,
  globalSetup: ['test/global-setup.ts'],
  pool: 'forks',
  experimental: { viteModuleRunner: false, nodeLoader: false },
};
