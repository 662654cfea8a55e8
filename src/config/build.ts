import { resolve } from 'node:path';
import { parseThrottle } from '../mysql/throttle.ts';
import { asCaseRule } from '../rule/case-rule.ts';
import { type Mask, parseMask } from '../rule/mask.ts';
import type { Config, CutoverConfig, KafkaLogConfig, SourceConfig, TableRule, TlsConfig } from './config.ts';
import type { DatabaseUrl } from './database-url.ts';
import { flipConfig, probeConfig } from './flip.ts';
import type { Settings } from './setting.ts';

/** Turns settings without a problem into the Config that everything else reads. */
export function buildConfig(settings: Settings, folder: string): Config {
  const pipeline = settings.text('pipeline');
  const path = (key: string): string | null => absolute(settings.textOrNull(key), folder);
  const source = sourceConfig(settings, folder);
  return {
    pipeline,
    folder,
    source,
    target: {
      url: urlOf(settings, 'target.url'),
      tls: tlsConfig(settings, 'target', folder),
      schema: source.databases.length > 1 ? null : (settings.textOrNull('target.schema') ?? 'public'),
      schemas: new Map(settings.named('target.schemas.*').map(({ names, value }) => [names[0] ?? '', String(value)])),
      ddl: settings.text('target.ddl') === 'existing' ? 'existing' : 'convert',
      keepsPartitions: settings.text('target.partitions') === 'convert',
      extra: settings.list('target.extra'),
      emptyFirst: settings.list('target.emptyFirst'),
      dropForLoad: dropChoice(settings.text('target.dropForLoad')),
    },
    log: logConfig(settings, folder),
    tables: {
      include: settings.list('tables.include'),
      exclude: settings.list('tables.exclude'),
      priority: {
        high: settings.list('tables.priority.high'),
        medium: settings.list('tables.priority.medium'),
        low: settings.list('tables.priority.low'),
      },
      maskSalt: settings.secret('tables.maskSalt'),
      rules: tableRules(settings),
    },
    snapshot: {
      parallel: settings.number('snapshot.parallel'),
      chunkTargetMs: settings.number('snapshot.chunkTarget'),
      chunkMaxRows: settings.number('snapshot.chunkMaxRows'),
    },
    apply: {
      parallel: settings.number('apply.parallel'),
      maxTransactionBytes: settings.number('apply.maxTransactionBytes'),
    },
    control: { socket: path('control.socket') ?? resolve(folder, '.sluice', `${pipeline}.sock`) },
    verify: {
      everyMs: settings.number('verify.every'),
      maxAgeMs: settings.number('verify.maxAge'),
      parallel: settings.number('verify.parallel'),
      throttle: parseThrottle(settings.text('verify.throttle')) ?? { share: 1, rowsPerSecond: null },
      chunkMaxRows: settings.number('verify.chunkMaxRows'),
    },
    cutover: cutoverConfig(settings, folder),
    backup: {
      directory: path('backup.directory') ?? resolve(folder, '.sluice', 'backup'),
      maxAgeMs: settings.has('backup.maxAge') ? settings.number('backup.maxAge') : null,
      physical: {
        source: settings.secret('backup.physical.source'),
        target: settings.secret('backup.physical.target'),
      },
    },
    http: {
      listen: settings.text('http.listen') === 'off' ? null : settings.text('http.listen'),
      tokenFile: path('http.tokenFile') ?? resolve(folder, '.sluice', `${pipeline}.token`),
      hosts: settings.list('http.hosts'),
    },
  };
}

function cutoverConfig(settings: Settings, folder: string): CutoverConfig {
  const hook = (name: string) => settings.secret(`cutover.hooks.${name}`);
  const fence = settings.text('cutover.fence');
  return {
    maxLagMs: settings.number('cutover.maxLag'),
    steadyForMs: settings.number('cutover.steadyFor'),
    writeBlockLimitMs: settings.number('cutover.writeBlockLimit'),
    longestTransactionMs: settings.number('cutover.longestTransaction'),
    headroomMs: settings.number('cutover.headroom'),
    clockOffsetMs: settings.number('cutover.clockOffset'),
    fence: fence === 'accounts' || fence === 'hook' ? fence : 'read-only',
    wayBack: settings.isTrue('cutover.wayBack'),
    keepAccounts: settings.list('cutover.keepAccounts'),
    targetRoles: settings.list('cutover.targetRoles'),
    hooks: {
      beforeFence: hook('beforeFence'),
      fence: hook('fence'),
      unfence: hook('unfence'),
      isFenced: hook('isFenced'),
    },
    flip: flipConfig(settings, folder),
    probe: probeConfig(settings),
    watch: {
      everyMs: settings.number('cutover.watch.every'),
      errorPercent: settings.number('cutover.watch.errorPercent'),
      latencyMs: settings.number('cutover.watch.latency'),
      lagMs: settings.number('cutover.watch.lag'),
    },
    firstWriteMs: settings.number('cutover.firstWrite'),
    finalCountsMs: settings.number('cutover.finalCounts'),
  };
}

/** Stable for a pipeline, far from the small numbers that people give their servers (FNV-1a). */
export function derivedServerId(pipeline: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(pipeline)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return 0x40000000 + (hash % 0x40000000);
}

function sourceConfig(settings: Settings, folder: string): SourceConfig {
  const url = urlOf(settings, 'source.url');
  const databases = settings.list('source.databases');
  return {
    url,
    tls: tlsConfig(settings, 'source', folder),
    databases: databases.length > 0 ? databases : [url.database],
    adminUrl: settings.url('source.adminUrl'),
    serverId: settings.has('source.serverId')
      ? settings.number('source.serverId')
      : derivedServerId(settings.text('pipeline')),
    heartbeatMs: settings.number('source.heartbeat'),
    datetimeZone: settings.textOrNull('source.datetimeZone'),
  };
}

function tlsConfig(settings: Settings, side: 'source' | 'target', folder: string): TlsConfig {
  const mode = settings.text(`${side}.tls`);
  return {
    mode: mode === 'verify-ca' || mode === 'verify-full' ? mode : 'off',
    ca: absolute(settings.textOrNull(`${side}.ca`), folder),
    cert: absolute(settings.textOrNull(`${side}.cert`), folder),
    key: absolute(settings.textOrNull(`${side}.key`), folder),
  };
}

function logConfig(settings: Settings, folder: string): Config['log'] {
  const topicPrefix = settings.textOrNull('log.kafka.topicPrefix') ?? settings.text('pipeline');
  if (settings.text('log.kind') === 'kafka') return kafkaConfig(settings, folder, topicPrefix);
  const directory = resolve(folder, settings.text('log.directory'));
  return { kind: 'embedded', directory, keepBytes: settings.number('log.keep'), topicPrefix };
}

function kafkaConfig(settings: Settings, folder: string, topicPrefix: string): KafkaLogConfig {
  const file = (key: string): string | null => absolute(settings.textOrNull(`log.kafka.ssl.${key}`), folder);
  const isEncrypted = settings.isTrue('log.kafka.ssl.enabled');
  return {
    kind: 'kafka',
    client: settings.text('log.kafka.client') === 'platformatic' ? 'platformatic' : 'kafkajs',
    brokers: settings.list('log.kafka.brokers'),
    topicPrefix,
    partitions: settings.number('log.kafka.partitions'),
    replicationFactor: settings.number('log.kafka.replicationFactor'),
    ssl: isEncrypted ? { ca: file('ca'), cert: file('cert'), key: file('key') } : null,
    sasl: saslConfig(settings),
    registry: settings.url('log.registry.url'),
  };
}

function saslConfig(settings: Settings): KafkaLogConfig['sasl'] {
  const password = settings.secret('log.kafka.sasl.password');
  const mechanism = settings.textOrNull('log.kafka.sasl.mechanism');
  if (password === null || mechanism === null) return null;
  const known = mechanism === 'scram-sha-256' || mechanism === 'scram-sha-512' ? mechanism : 'plain';
  return { mechanism: known, username: settings.text('log.kafka.sasl.username'), password };
}

function tableRules(settings: Settings): ReadonlyMap<string, TableRule> {
  const keys = ['rename', 'columns.*', 'exclude', 'mask.*', 'cast.*', 'case.*', 'zeroDate.*', 'nul.*'].map(
    (key) => `tables.rules.*.${key}`,
  );
  const tables = new Set(keys.flatMap((key) => settings.named(key).map((entry) => entry.names[0] ?? '')));
  return new Map(Array.from(tables, (table) => [table, tableRule(settings, table)]));
}

function tableRule(settings: Settings, table: string): TableRule {
  const of = (key: string) => settings.named(`tables.rules.*.${key}`).filter(({ names }) => names[0] === table);
  const columns = (key: string): ReadonlyMap<string, string> =>
    new Map(of(`${key}.*`).map(({ names, value }) => [names[1] ?? '', String(value)]));
  const rename = of('rename')[0]?.value;
  const exclude = of('exclude')[0]?.value;
  const nul = Array.from(columns('nul'), ([column, policy]) => [column, asNul(policy)] as const);
  return {
    rename: typeof rename === 'string' ? rename : null,
    exclude: Array.isArray(exclude) ? exclude : [],
    columns: columns('columns'),
    mask: masks(columns('mask')),
    cast: columns('cast'),
    case: new Map(Array.from(columns('case'), ([column, rule]) => [column, asCaseRule(rule)] as const)),
    zeroDate: columns('zeroDate'),
    nul: new Map(nul),
  };
}

function masks(written: ReadonlyMap<string, string>): TableRule['mask'] {
  return new Map(
    Array.from(written).flatMap(([column, text]): [string, Mask][] => {
      const mask = parseMask(text);
      return mask === null ? [] : [[column, mask]];
    }),
  );
}

function asNul(policy: string): 'refuse' | 'strip' | 'replace' {
  return policy === 'strip' || policy === 'replace' ? policy : 'refuse';
}

function dropChoice(text: string): Config['target']['dropForLoad'] {
  return text === 'indexes' || text === 'all' ? text : 'nothing';
}

function urlOf(settings: Settings, path: string): DatabaseUrl {
  const url = settings.url(path);
  if (url === null) throw new TypeError(`${path} is not set`);
  return url;
}

function absolute(path: string | null, folder: string): string | null {
  return path === null ? null : resolve(folder, path);
}
