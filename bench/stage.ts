import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../src/config/config.ts';
import { loadConfig } from '../src/config/load.ts';
import { type FreshDatabase, freshDatabase } from '../src/servers/fresh-database.ts';
import type { RunningServer } from '../src/servers/running-server.ts';
import { startServer } from '../src/servers/server.ts';

export type LogKind = 'embedded' | 'kafka';

/** Servers of one run's own, a database on each side, and a configuration that joins them. */
export interface Stage {
  readonly source: RunningServer;
  readonly target: RunningServer;
  readonly kafka: RunningServer | null;
  readonly from: FreshDatabase;
  readonly to: FreshDatabase;
  readonly folder: string;
  /** Path of sluice.yaml. */
  readonly file: string;
  readonly text: string;
  readonly config: Config;
  close(): Promise<void>;
}

export async function openStage(log: LogKind): Promise<Stage> {
  const [source, target, kafka] = await Promise.all([
    startServer('mysql', { fresh: true, durable: false }),
    startServer('postgres', { fresh: true, durable: false }),
    log === 'kafka' ? startServer('kafka', { fresh: true }) : null,
  ]);
  const from = await freshDatabase(source, 'bench');
  const to = await freshDatabase(target, 'bench');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const file = join(folder, 'sluice.yaml');
  const text = `pipeline: bench
source: { url: ${from.url} }
target: { url: ${to.url} }
${kafka ? `log: { kind: kafka, kafka: { brokers: ["${kafka.url}"], topicPrefix: bench } }` : 'log: { kind: embedded, directory: log }'}
verify: { throttle: 100% }
control: { socket: ${join(folder, 's.sock')} }
`;
  await writeFile(file, text);
  const close = async () => {
    await Promise.all([source.stop(), target.stop(), kafka?.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { source, target, kafka, from, to, folder, file, text, config: configOf(file, text), close };
}

export function configOf(file: string, text: string): Config {
  const { config, problems } = loadConfig({ file, text, flags: {}, environment: {}, readFile: () => '' });
  if (config === null) throw new Error(JSON.stringify(problems));
  return config;
}
