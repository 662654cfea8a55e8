/** Demo: the whole story on throw-away servers, with real processes and a real kill. */
import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { type ComparedTable, compareAll } from '../pipeline/verify/compare-all.ts';
import { type CreatedShop, createShop } from '../shop/shop.ts';
import { as, grantTill, onSource } from './account.ts';
import type { DemoOptions, DemoResult } from './demo-option.ts';
import { PipelineProcess } from './pipeline-process.ts';
import { follow, untilStatus } from './progress.ts';
import { DATABASE, openStageSet, type StageSet } from './stage-set.ts';
import { command, drainedSince, type Journey, thereAndBack } from './there-and-back.ts';
import { RECEIPT_DDL } from './till.ts';
import { startTraffic } from './traffic.ts';

const TRAFFIC_PER_SECOND = 100;
/** Share of the rows at which the pipeline is killed, and time of traffic on the caught-up pipeline. */
const KILL_AT_RATIO = 0.4;
const STEADY_MS = 5_000;

const NAMES = { mysql: 'MySQL', mariadb: 'MariaDB' } as const;

interface Told {
  readonly shop: CreatedShop;
  readonly loadMs: number;
  readonly lags: readonly number[];
  readonly transactions: number;
  readonly journey: Journey;
  readonly tables: readonly ComparedTable[];
}

/** `self`: program and first arguments by which sluice is started again as a process of its own. */
export type StagedDemoOptions = DemoOptions & { readonly self: readonly string[] };

export async function runDemo(options: StagedDemoOptions): Promise<DemoResult> {
  const { say } = options;
  const name = NAMES[options.source];
  say(`Starting a real ${name}, PostgreSQL${options.log === 'kafka' ? ' and Kafka' : ''} on loopback ...`);
  const set = await openStageSet(options);
  try {
    say(`${name} ${set.source.version}, ${set.target.version.replace(/ (\(|on ).*/, '')}`);
    return resultOf(await tell(set, options));
  } catch (error) {
    // Interrupted by the person who watches: whatever failed on the way down is no finding.
    if (options.signal.aborted) return { isPassed: false, rows: [], data: {} };
    throw error;
  } finally {
    if (options.keep) say(`Kept: ${set.folder}; source ${set.source.url}, target ${set.target.url}`);
    else await set.close();
  }
}

async function tell(set: StageSet, options: StagedDemoOptions): Promise<Told> {
  const { say, scale, seed } = options;
  const shop = await createShop({ url: set.source.url, database: DATABASE, scale, seed });
  say(`Filled the shop: ${shop.totalRows} rows in ${seconds(shop.fillMs)}. Its customers go on buying from here.`);
  await onSource(as(set.source.url, null, DATABASE), RECEIPT_DDL);
  const traffic = startTraffic(set.source.url, seed, TRAFFIC_PER_SECOND);
  const config = readConfig(set);
  const startedMs = performance.now();
  say(`Its page: ${set.page}, as long as the demo runs.`);
  const pipeline = await loadAndKill(set, config, options);
  const caughtUp = await untilStatus(config, options, (status) => status.isCaughtUp && status.state === 'streaming');
  const loadMs = performance.now() - startedMs;
  say(`Caught up after ${seconds(loadMs)}; lag ${caughtUp.lagMs} ms. Watching lag for ${seconds(STEADY_MS)} ...`);
  const lags = await follow(config, options, STEADY_MS);
  say('Comparing every table while all goes on: sluice verify ...');
  await command(set, options, ['verify', '--quiet']);
  const counters = await traffic.stop();
  say(`Traffic stopped after ${counters.transactions} transactions; draining ...`);
  await untilStatus(config, options, drainedSince(Date.now()));
  await grantTill(set.target.url);
  const journey = await thereAndBack({ set, config, options, pipeline });
  const exit = await pipeline.stop();
  if (exit !== 0) throw new Error(`sluice run ended with exit code ${exit}:\n${pipeline.log}`);
  say('Comparing every table cell by cell, once nothing moves any more ...');
  return { shop, loadMs, lags, transactions: counters.transactions, journey, tables: await compareAll(config) };
}

async function loadAndKill(set: StageSet, config: Config, options: StagedDemoOptions): Promise<PipelineProcess> {
  const verb = ['run', '--config', set.config, '--quiet'];
  const first = PipelineProcess.start(options.self, verb, set.folder);
  await untilStatus(config, options, (status) => isUnderway(status), first);
  await first.kill();
  options.say(`kill -9 of the pipeline (pid ${first.pid}) in the middle of the load. Starting it again ...`);
  const second = PipelineProcess.start(options.self, verb, set.folder);
  await untilStatus(config, options, () => true, second);
  return second;
}

function isUnderway({ snapshot }: PipelineStatus): boolean {
  return snapshot.state === 'done' || snapshot.rowsDone > snapshot.rowsEstimate * KILL_AT_RATIO;
}

function readConfig(set: StageSet): Config {
  const text = readFileSync(set.config, 'utf8');
  const { config, problems } = loadConfig({ file: set.config, text, flags: {}, environment: {}, readFile: () => '' });
  if (config === null) throw new Error(`the demo's own configuration is wrong: ${JSON.stringify(problems)}`);
  return config;
}

function resultOf(told: Told): DemoResult {
  const differences = told.tables.reduce((sum, table) => sum + table.differences.length, 0);
  const rows = told.tables.reduce((sum, table) => sum + table.targetRows, 0);
  const lags = [...told.lags].sort((a, b) => a - b);
  const rate = Math.round(told.shop.totalRows / (told.loadMs / 1000));
  const isEqual = told.tables.length > 0 && told.tables.every((table) => table.isEqual);
  const { journey } = told;
  const isPassed = isEqual && journey.lost === 0 && journey.doubled === 0;
  return {
    isPassed,
    rows: [
      ...told.tables.map((table): [string, string] => [table.table, describe(table)]),
      ['rows compared', String(rows)],
      ['load with a kill -9 in it', `${seconds(told.loadMs)}, ${rate} rows/s`],
      ['transactions meanwhile', String(told.transactions)],
      ['lag p50 / max', `${lags[lags.length >> 1] ?? '-'} / ${lags.at(-1) ?? '-'} ms`],
      ['differences', String(differences)],
      ['writes blocked there / back', `${journey.thereBlockMs} / ${journey.backBlockMs} ms`],
      ['longest pause of the till', `${journey.longestPauseMs} ms`],
      ['receipts acknowledged', `${journey.acknowledged}, ${journey.onTarget} of them by PostgreSQL alone`],
      ['receipts lost / doubled', `${journey.lost} / ${journey.doubled}`],
    ],
    data: {
      tables: told.tables,
      loadMs: told.loadMs,
      rowsPerSecond: rate,
      transactions: told.transactions,
      lags,
      journey,
      isPassed,
    },
  };
}

function describe({ sourceRows, targetRows, isEqual, differences }: ComparedTable): string {
  if (isEqual) return `${targetRows} rows, equal`;
  return `${sourceRows} rows at the source, ${targetRows} at the target, ${differences.length} differences`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
