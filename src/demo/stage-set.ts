import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../servers/port.ts';
import type { RunningServer } from '../servers/running-server.ts';
import { startServer } from '../servers/server.ts';
import { ACCOUNTS, as, makeSourceAccounts, makeTargetRole } from './account.ts';
import { tillEnv } from './till.ts';

export interface StageSetOptions {
  readonly source: 'mysql' | 'mariadb';
  readonly log: 'embedded' | 'kafka';
}

/** The throw-away servers of one demo and a folder with its sluice.yaml. */
export interface StageSet {
  readonly source: RunningServer;
  readonly target: RunningServer;
  readonly kafka: RunningServer | null;
  readonly folder: string;
  /** Where the pipeline's page will be. */
  readonly page: string;
  /** Path of sluice.yaml. */
  readonly config: string;
  /** Path of the till's env file, which the cutover flips. */
  readonly env: string;
  close(): Promise<void>;
}

/** Name of the shop's database at the source. */
export const DATABASE = 'shop';
export const PIPELINE = 'shop';

export async function openStageSet(options: StageSetOptions): Promise<StageSet> {
  const [source, target, kafka] = await Promise.all([
    startServer(options.source, { fresh: true, durable: false }),
    startServer('postgres', { fresh: true, durable: false }),
    options.log === 'kafka' ? startServer('kafka', { fresh: true }) : null,
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
  await mkdir(join(folder, '.sluice'), { recursive: true });
  const config = join(folder, 'sluice.yaml');
  const listen = `127.0.0.1:${await freePort()}`;
  const env = join(folder, 'shop.env');
  await makeSourceAccounts(source.url, options.source, DATABASE);
  await makeTargetRole(target.url);
  await writeFile(config, configText({ source, target, kafka, listen }), { mode: 0o600 });
  await writeFile(env, tillEnv(as(source.url, ACCOUNTS.till, DATABASE)), { mode: 0o600 });
  const close = async () => {
    await Promise.all([source.stop(), target.stop(), kafka?.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { source, target, kafka, folder, page: `http://${listen}`, config, env, close };
}

interface ConfigParts extends Pick<StageSet, 'source' | 'target' | 'kafka'> {
  readonly listen: string;
}

function configText({ source, target, kafka, listen }: ConfigParts): string {
  const log = kafka
    ? `log:\n  kind: kafka\n  kafka: { brokers: ["${kafka.host}:${kafka.port}"], topicPrefix: ${PIPELINE} }`
    : 'log:\n  kind: embedded\n  directory: .sluice/log';
  return `# Written by sluice demo.
pipeline: ${PIPELINE}
source:
  url: ${as(source.url, ACCOUNTS.sluice, DATABASE)}
  adminUrl: ${as(source.url, null, DATABASE)}
  databases: [${DATABASE}]
target:
  url: ${target.url}
  schema: public
  ddl: convert
${log}
cutover:
  steadyFor: 2s
  targetRoles: [${ACCOUNTS.till}]
  flip: { kind: env-file, file: shop.env, set: { SHOP_DATABASE_URL: "${as(target.url, ACCOUNTS.till)}" } }
http:
  listen: ${listen}
tables:
  priority: { high: [tbl_customer, tbl_order, tbl_inventory, tbl_billing, tbl_insurance], low: [tbl_audit, tbl_report] }
  rules:
    # Ten years of zero dates: NULL where the column takes it, a sentinel where it does not.
${ZERO_DATE_RULES}
`;
}

const ZERO_DATE_RULES = `    tbl_supplier: { zeroDate: { contract_start: "-infinity" } }`;
