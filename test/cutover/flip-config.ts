import { join } from 'node:path';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';

/** A configuration in `folder` whose cutover is `yaml`, one line. */
export function configOf(folder: string, yaml: string): Config {
  const text = `pipeline: shop
source: { url: "mysql://u@127.0.0.1/shop" }
target: { url: "postgresql://u@127.0.0.1/shop" }
cutover:
  ${yaml}
`;
  const file = join(folder, 'sluice.yaml');
  const { config, problems } = loadConfig({ file, text, flags: {}, environment: {}, readFile: () => '' });
  if (config === null) throw new Error(JSON.stringify(problems));
  return config;
}
