import { resolve } from 'node:path';
import type { BackupOptions } from '../backup/backup.ts';
import type { ListedBackup, PhysicalBackup, RecoveryPosition, SideBackup } from '../backup/manifest.ts';
import type { PhysicalCommand } from '../backup/physical.ts';
import type { Config } from '../config/config.ts';
import { type DatabaseUrl, parseDatabaseUrl } from '../config/database-url.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import type { MysqlSettings } from '../mysql/connection.ts';
import type { PostgresSettings } from '../postgres/connection.ts';
import { EXIT } from './exit.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { recorded } from './recorded.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';
import { askerOf } from './who-asks.ts';

const NO_TLS = { mode: 'off', ca: null, cert: null, key: null } as const;

export const BACKUP_VERB: Verb = {
  name: 'backup',
  kind: 'Backup',
  summary:
    "Dumps both sides with the servers' own programs, with checksums and the position for recovery, and restores each dump as a test.",
  flags: [
    {
      name: 'directory',
      type: 'text',
      value: 'DIR',
      help: 'Each backup is a folder of its own in this one; backup.directory when not given. The gate of the cutover looks there alone.',
    },
    { name: 'side', type: 'text', choices: ['source', 'target'], help: 'Only this one.' },
    {
      name: 'restore-source',
      type: 'text',
      value: 'URL',
      help: 'Restore the source here, as a test, and leave it there; a throw-away server when not given.',
    },
    {
      name: 'restore-target',
      type: 'text',
      value: 'URL',
      help: 'Restore the target here, into a database that is dropped again; a throw-away server when not given.',
    },
    { name: 'no-restore', type: 'switch', help: 'Leave the test out: what comes of the dumps is then not known.' },
  ],
  takesConfig: true,
  examples: [
    ['sluice backup', 'both sides, each restored into a throw-away server'],
    ['sluice backup --side source --no-restore', 'a dump of the source alone'],
    ['sluice backup --json | jq -r .data.folder', 'where it is'],
  ],
  exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.unreachable, EXIT.interrupted],
  run: backup,
};

async function backup(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  const { flags } = call;
  const params = { side: flags.get('side') ?? 'both', isRestored: !flags.has('no-restore') };
  return await recorded(call, config, { action: 'backup', params }, () => take(call, config));
}

async function take(call: Call, config: Config): Promise<Outcome> {
  const { io, flags, output, signal } = call;
  const { takeBackup } = await import('../backup/backup.ts');
  const asked = flags.get('directory');
  await using restores = new Restores(call);
  const taken = await takeBackup({
    pipeline: config.pipeline,
    directory: asked === undefined ? config.backup.directory : resolve(io.folder, String(asked)),
    physical: { commands: physicalCommands(call, config), workFolder: config.folder },
    ...(flags.get('side') === 'target' ? {} : { source: await sourceSide(config, restores) }),
    ...(flags.get('side') === 'source' ? {} : { target: await targetSide(config, restores) }),
    signal,
    onStep: (words) => output.say(words),
  });
  const what = { folder: taken.folder, ...taken.manifest };
  await call.ports.record?.(config, { kind: 'backup', atMs: Date.now(), who: askerOf(call), what });
  return {
    kind: 'Backup',
    exit: EXIT.done,
    data: what,
    text: backupText(taken),
  };
}

function physicalCommands({ flags }: Call, { backup: { physical } }: Config): readonly PhysicalCommand[] {
  const sides = (['source', 'target'] as const).filter((side) => (flags.get('side') ?? side) === side);
  return sides.flatMap((side) => {
    const line = physical[side]?.reveal();
    return line === undefined ? [] : [{ side, line }];
  });
}

/** The login with more rights, where there is one. */
async function sourceSide({ source }: Config, restores: Restores): Promise<NonNullable<BackupOptions['source']>> {
  const login = sourceLogin({ url: source.adminUrl ?? source.url, tls: source.tls });
  const restoreInto = await restores.mysql(login);
  return { login, databases: source.databases, ...(restoreInto === null ? {} : { restoreInto }) };
}

async function targetSide(config: Config, restores: Restores): Promise<NonNullable<BackupOptions['target']>> {
  const restoreInto = await restores.postgres(config);
  return { login: targetLogin(config), ...(restoreInto === null ? {} : { restoreInto }) };
}

/** Where dumps are restored as a test: servers that were named, else throw-away ones, which end with the verb. */
class Restores implements AsyncDisposable {
  readonly #call: Call;
  readonly #stops: (() => Promise<void>)[] = [];

  constructor(call: Call) {
    this.#call = call;
  }

  /** Null: no test was asked for. */
  async mysql(source: MysqlSettings): Promise<MysqlSettings | null> {
    if (this.#call.flags.has('no-restore')) return null;
    const url = this.#named('restore-source', ['mysql', 'mariadb']) ?? (await this.#throwAwayMysql(source));
    return sourceLogin({ url, tls: NO_TLS });
  }

  async postgres(config: Config): Promise<PostgresSettings | null> {
    if (this.#call.flags.has('no-restore')) return null;
    const url = this.#named('restore-target', ['postgresql', 'postgres']) ?? (await this.#throwAway('postgres'));
    return targetLogin({ pipeline: config.pipeline, target: { ...config.target, url, tls: NO_TLS } });
  }

  #named(flag: string, schemes: readonly string[]): DatabaseUrl | null {
    const text = this.#call.flags.get(flag);
    if (text === undefined) return null;
    const url = parseDatabaseUrl(String(text), schemes, true);
    if (typeof url === 'string') throw usageError('USAGE_FLAG_VALUE', `--${flag}: ${url}`, 'Correct the URL.');
    this.#call.output.scrubber.add([url.password.reveal()], [url.user]);
    return url;
  }

  /** Of the source's own kind, which only the source tells. */
  async #throwAwayMysql(source: MysqlSettings): Promise<DatabaseUrl> {
    const { connectMysql } = await import('../mysql/connection.ts');
    const connection = await connectMysql(source);
    const { kind } = connection.server;
    await connection.close();
    return await this.#throwAway(kind);
  }

  async #throwAway(kind: 'mysql' | 'mariadb' | 'postgres'): Promise<DatabaseUrl> {
    const { startServer } = await import('../servers/server.ts');
    this.#call.output.say(`starting a throw-away ${kind} for the restore`);
    const server = await startServer(kind, { fresh: true, durable: false });
    this.#stops.push(() => server.stop());
    const url = parseDatabaseUrl(server.url, ['mysql', 'postgresql'], true);
    if (typeof url === 'string') throw new Error(`a throw-away server has an odd URL: ${url}`);
    return url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#stops.map((stop) => stop()));
  }
}

function backupText({ folder, manifest }: ListedBackup): string {
  const lines = [...manifest.sides.flatMap(sideText), ...(manifest.physical ?? []).map(physicalText)];
  return [`Backup in ${folder}`, ...lines].join('\n');
}

function sideText({ side, server, databases, file, position, restored }: SideBackup): readonly string[] {
  const test =
    restored === null
      ? 'not restored: what comes of it is not known'
      : `restored into ${restored.server}: ${formatCount(restored.tables)} tables, ${formatCount(Number(restored.rows))} rows, ${formatDuration(restored.tookMs)}`;
  return [
    `${side}: ${databases.join(', ')} of ${server}`,
    `  ${file.name}, ${formatBytes(file.bytes)}, sha256 ${file.sha256}`,
    `  ${positionText(position)}`,
    `  ${test}`,
  ];
}

function physicalText({ side, file, tookMs }: PhysicalBackup): string {
  const size = formatBytes(file.bytes);
  return `${side}: physical, ${file.name}, ${size}, sha256 ${file.sha256}, after ${formatDuration(tookMs)}; not restored`;
}

function positionText(position: RecoveryPosition): string {
  switch (position.kind) {
    case 'exact':
      return `the binlog goes on from ${position.file}:${position.offset}${position.gtid === null ? '' : `, GTIDs ${position.gtid}`}`;
    case 'between':
      return `the binlog goes on between ${position.from} and ${position.to}: for the exact place the account needs RELOAD`;
    case 'wal':
      return `the write-ahead log was at ${position.lsn} before it`;
  }
}
