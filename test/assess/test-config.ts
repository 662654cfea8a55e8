import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';

/** A configuration of one database with these rules; its servers are not there. */
export function configOf(database: string, rules = ''): Config {
  return configAt(`mysql://u@127.0.0.1:1/${database}`, rules === '' ? '' : `tables: { rules: ${rules} }\n`);
}

/** A configuration of a source at this URL, with further text of sluice.yaml; its target is not there. */
export function configAt(sourceUrl: string, more = ''): Config {
  const text = `pipeline: p\nsource: { url: "${sourceUrl}" }\ntarget: { url: "postgresql://u@127.0.0.1:1/d" }\n${more}`;
  const { config, problems } = loadConfig({
    file: '/tmp/sluice.yaml',
    text,
    environment: {},
    flags: {},
    readFile: () => '',
  });
  if (config === null) throw new Error(JSON.stringify(problems));
  return config;
}
