import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { sourceGrants } from '../../src/check/grant.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { CutoverActions, PipelineActions } from '../../src/contract/action.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import type { VerifyReport, VerifyRequest } from '../../src/contract/verify.ts';
import { runPipeline } from '../../src/pipeline/run.ts';
import type { RunOptions, RunResult } from '../../src/pipeline/run-option.ts';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { FaultProxy } from '../../src/servers/proxy.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';

export type SourceKind = 'mysql' | 'mariadb';
export type LogKind = 'embedded' | 'kafka';

/** A source and a target database of one test's own, and a configuration that joins them. */
export interface Line {
  readonly source: FreshDatabase;
  readonly target: FreshDatabase;
  /** To be killed only where they are the test's own. */
  readonly servers?: { readonly source: RunningServer; readonly target: RunningServer };
  readonly folder: string;
  /** Path of sluice.yaml. */
  readonly file: string;
  readonly config: Config;
  /** What the pipeline's connections go through; only with `isProxied`. */
  readonly proxies: Proxies | null;
  close(): Promise<void>;
}

export interface Proxies {
  readonly source: FaultProxy;
  readonly target: FaultProxy;
}

export interface LineOptions {
  readonly source: SourceKind;
  readonly log: LogKind;
  /** Further text of sluice.yaml. */
  readonly yaml?: string;
  /** Further entries of `source` and `target`, each after a comma. */
  readonly sourceMore?: string;
  readonly target?: string;
  /** Further entries of an embedded `log`, after a comma. */
  readonly logMore?: string;
  readonly isProxied?: boolean;
  /** A broker of the test's own, which it may kill. */
  readonly broker?: RunningServer;
  /** A source server of the test's own, whose binlogs it may delete. */
  readonly isSourceOwn?: boolean;
  /** Likewise a target server, which it may kill. */
  readonly isTargetOwn?: boolean;
  /** Servers of the caller's, who ends them; they take precedence over what is said above. */
  readonly on?: { readonly source: RunningServer; readonly target: RunningServer };
  /** The pipeline logs in to the source as `sluice init` says, and with all rights only to fence it. */
  readonly hasAccounts?: boolean;
}

/** What the shop's ten years of zero dates need, as sluice.yaml's `rules`. */
export const SHOP_RULES = '{ tbl_supplier: { zeroDate: { contract_start: "-infinity" } } }';

let lines = 0;

export async function openLine(options: LineOptions): Promise<Line> {
  const [source, target, kafka] = await Promise.all([
    options.on?.source ?? startServer(options.source, options.isSourceOwn ? { fresh: true } : {}),
    options.on?.target ?? startServer('postgres', options.isTargetOwn ? { fresh: true } : {}),
    options.log === 'kafka' ? (options.broker ?? startServer('kafka')) : null,
  ]);
  const name = `line${process.pid}_${lines++}`;
  const from = await freshDatabase(source, name);
  const to = await freshDatabase(target, name);
  const proxies = options.isProxied
    ? { source: await FaultProxy.start(source), target: await FaultProxy.start(target) }
    : null;
  const folder = await mkdtemp(join(tmpdir(), 'sluice-line-'));
  const file = join(folder, 'sluice.yaml');
  const log = kafka
    ? `log: { kind: kafka, kafka: { brokers: ["${kafka.host}:${kafka.port}"], topicPrefix: ${name} } }`
    : `log: { kind: embedded, directory: log${options.logMore ?? ''} }`;
  const own = options.hasAccounts ? await ownAccount(from, options.source) : null;
  const through = (url: string) => proxies?.source.through(url) ?? url;
  const admin = own === null ? '' : `, adminUrl: ${through(from.url)}`;
  const text = `pipeline: ${name}
source: { url: ${through(own ?? from.url)}, databases: [${from.name}]${admin}${options.sourceMore ?? ''} }
target: { url: ${proxies?.target.through(to.url) ?? to.url}${options.target ?? ''} }
${log}
control: { socket: ${join(folder, 's.sock')} }
${options.yaml ?? `tables: { rules: ${SHOP_RULES} }`}
`;
  await writeFile(file, text);
  const close = async () => {
    await Promise.all([proxies?.source.close(), proxies?.target.close()]);
    // A server of the test's own goes whole; behind a fence it could not drop anything.
    await Promise.all([options.isSourceOwn ? null : from.drop(), to.drop()]);
    await rm(folder, { recursive: true, force: true });
    const ours = [...(options.on ? [] : [source, target]), ...(options.broker ? [] : [kafka])];
    await Promise.all(ours.map((server) => server?.stop()));
  };
  const servers = { source, target };
  return { source: from, target: to, servers, folder, file, config: configOf(file, text), proxies, close };
}

/** The URL with the account that `sluice init` prints, made on the server. */
async function ownAccount({ url, name }: FreshDatabase, kind: SourceKind): Promise<string> {
  const connection = await createConnection(url);
  await connection.query("CREATE USER IF NOT EXISTS sluice@'%' IDENTIFIED BY 'sluice'");
  for (const grant of sourceGrants(kind, "sluice@'%'", [name])) await connection.query(grant);
  await connection.end();
  const own = new URL(url);
  own.username = 'sluice';
  own.password = 'sluice';
  return own.href;
}

export function configOf(file: string, text: string): Config {
  const { config, problems } = loadConfig({ file, text, flags: {}, environment: {}, readFile: () => '' });
  if (config === null) throw new Error(JSON.stringify(problems));
  return config;
}

/** A pipeline running in this process. */
export interface RunningLine {
  readonly status: () => PipelineStatus;
  /** The next states go there too. */
  onStatus(told: (status: PipelineStatus) => void): void;
  /** Compares every table, as a person asks for it. */
  verify(more?: Partial<VerifyRequest>): Promise<VerifyReport>;
  /** Everything that may be asked of it now. */
  readonly all: () => PipelineActions;
  /** Of the cutover. */
  readonly actions: () => CutoverActions;
  readonly ended: Promise<RunResult>;
  until(isThere: (status: PipelineStatus) => boolean, limitMs?: number): Promise<void>;
  stop(): Promise<RunResult>;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** `mode` apply: beside a capture elsewhere. */
export function startLine(
  line: Line,
  mode: 'run' | 'apply' = 'run',
  more: Pick<RunOptions, 'onPoint' | 'withParts' | 'asked'> = {},
): RunningLine {
  const end = new AbortController();
  let last: PipelineStatus | null = null;
  let told = (_: PipelineStatus) => {};
  let all: PipelineActions | undefined;
  const onStatus = (status: PipelineStatus) => {
    last = status;
    told(status);
  };
  const onActions = (actions: PipelineActions) => {
    all = actions;
  };
  const rest = { ...more, logger: silent, onStatus, onActions };
  const ended = runPipeline(line.config, { mode, signal: end.signal, ...rest });
  ended.catch(() => {});
  const status = () => {
    if (last === null) throw new Error('no status yet');
    return last;
  };
  const until = async (isThere: (status: PipelineStatus) => boolean, limitMs = 100_000) => {
    let failure: unknown = null;
    ended.catch((error) => {
      failure = error;
    });
    for (const startedMs = performance.now(); !last || !isThere(last); await pause(20)) {
      if (failure) throw failure;
      if (performance.now() - startedMs > limitMs) throw new Error(`not reached: ${JSON.stringify(last)}`);
    }
  };
  const stop = () => {
    end.abort();
    return ended;
  };
  const actions = () => {
    if (all?.cutover === undefined) throw new Error('the pipeline has not begun');
    return all.cutover;
  };
  const verify = async (more: Partial<VerifyRequest> = {}) => {
    await until(() => all?.verify !== undefined);
    if (all?.verify === undefined) throw new Error('the pipeline has not begun');
    const request = {
      tables: 'all',
      restart: true,
      repair: false,
      mode: 'stream',
      by: 'ada',
      timeoutMs: null,
      ...more,
    } as const;
    return await all.verify(request, { onProgress: () => {}, signal: end.signal });
  };
  const tell = (next: (status: PipelineStatus) => void) => {
    told = next;
  };
  return { all: () => all ?? {}, status, ended, until, stop, actions, verify, onStatus: tell };
}

/** Loaded, and level with a head that was polled after `sinceMs`. */
export function caughtUpSince(sinceMs: number): (status: PipelineStatus) => boolean {
  return (status) => status.isCaughtUp && status.state === 'streaming' && (status.head.polledAtMs ?? 0) > sinceMs;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
