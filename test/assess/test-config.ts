import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { AssessOptions } from '../../src/pipeline/schema/assess-option.ts';
import type { TestSource } from '../mysql/source.ts';

/** A configuration of one database with these rules; its servers are not there. */
export function configOf(database: string, rules = ''): Config {
  return configAt(`mysql://u@127.0.0.1:1/${database}`, rules === '' ? '' : `tables: { rules: ${rules} }\n`);
}

/** A configuration of a source at this URL, with further text of sluice.yaml; its target is not there. */
export function configAt(sourceUrl: string, more = ''): Config {
  return configBetween(sourceUrl, 'postgresql://u@127.0.0.1:1/d', more);
}

/** A configuration of both sides by their URLs. */
export function configBetween(sourceUrl: string, targetUrl: string, more = ''): Config {
  const text = `pipeline: p\nsource: { url: "${sourceUrl}" }\ntarget: { url: "${targetUrl}" }\n${more}`;
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

/** The URL of a database by the login of a test's source, or by another one. */
export function loginOf({ host, port, user, password }: TestSource['settings'], database: string): string {
  return `mysql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}

/** Of a scan that never rests and never waits for the source. */
export const ASSESS_OPTIONS: AssessOptions = {
  depth: 'sample',
  sampleRows: 100_000,
  throttle: { share: 1, rowsPerSecond: null },
  load: { threadsRunning: 1000, replicaLagSeconds: 1000 },
  showsValues: false,
  signal: new AbortController().signal,
  onCost: () => {},
  onStep: () => {},
};
