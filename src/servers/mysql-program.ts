import { createHash } from 'node:crypto';
import { cp, mkdir, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { cached } from './cache.ts';
import { unpackDebianPackages } from './debian-package.ts';
import type { Command, Guard } from './guard.ts';
import { findLoader } from './loader.ts';
import { findExecutable, type Place, runProgram, type ServerProgram } from './program.ts';

const MINIMUM_MAJOR = 8;
// The suite that carries the newest MySQL; it moves, so the version is what the server says it is.
const PACKAGE_SUITE = 'sid';
const PACKAGES = ['mysql-server-core', 'mysql-client-core'];

/** What starts mysqld: the file, the arguments before its own, and those that tell it where its files are. */
interface Binaries {
  readonly file: string;
  readonly before: readonly string[];
  readonly layout: readonly string[];
}

const LOG_ARGUMENTS = [
  '--server-id=1',
  '--log-bin=bin',
  '--binlog-row-metadata=FULL',
  '--gtid-mode=ON',
  '--enforce-gtid-consistency=ON',
];

/** MySQL of the machine, else of Debian packages unpacked into the cache. */
export async function findMysql(): Promise<ServerProgram> {
  const binaries = (await machineBinaries()) ?? (await packageBinaries());
  return mysqlProgram(binaries);
}

async function machineBinaries(): Promise<Binaries | undefined> {
  const file = await findExecutable(['mysqld']);
  if (!file) return undefined;
  const { stdout } = await runProgram(file, ['--version']);
  const major = Number(stdout.match(/Ver (\d+)\./)?.[1] ?? 0);
  return major < MINIMUM_MAJOR || stdout.includes('MariaDB') ? undefined : { file, before: [], layout: [] };
}

async function packageBinaries(): Promise<Binaries> {
  const prefix = await unpackDebianPackages('mysql', PACKAGES, PACKAGE_SUITE);
  const loader = await findLoader(prefix);
  return {
    file: loader.file,
    before: [...loader.arguments, join(prefix, 'usr/sbin/mysqld')],
    layout: [
      `--basedir=${join(prefix, 'usr')}`,
      `--lc-messages-dir=${join(prefix, 'usr/share/mysql')}`,
      `--plugin-dir=${join(prefix, 'usr/lib/mysql/plugin')}`,
    ],
  };
}

function mysqlProgram(binaries: Binaries): ServerProgram {
  const command = (dataDirectory: string, more: readonly string[]): Command => ({
    file: binaries.file,
    arguments: [
      ...binaries.before,
      '--no-defaults',
      ...binaries.layout,
      `--user=${userInfo().username}`,
      `--datadir=${dataDirectory}`,
      // A packaged mysqld aborts where its built-in folder for this is missing.
      '--secure-file-priv=',
      ...more,
    ],
  });
  return {
    initialise: (guard, dataDirectory) => copyTemplate(binaries, command, guard, dataDirectory),
    command: (place) => command(place.dataDirectory, serverArguments(place)),
    stopSignal: 'SIGTERM',
    probe: probeMysql,
    url: (port) => `mysql://root@127.0.0.1:${port}/`,
  };
}

function serverArguments(place: Place): readonly string[] {
  return [
    `--port=${place.port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(place.directory, 's.sock')}`,
    `--pid-file=${join(place.directory, 'mysqld.pid')}`,
    '--mysqlx=OFF',
    '--local-infile=1',
    '--innodb-buffer-pool-size=128M',
    ...LOG_ARGUMENTS,
    ...(place.durable ? [] : ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=2']),
    ...place.extraArguments,
  ];
}

type MakeCommand = (dataDirectory: string, more: readonly string[]) => Command;

/** Initialising takes seconds, copying its result a fraction: the result is kept, one for each build of the server. */
async function copyTemplate(binaries: Binaries, command: MakeCommand, guard: Guard, target: string): Promise<void> {
  const { stdout } = await runProgram(binaries.file, [...binaries.before, '--no-defaults', '--version']);
  const key = createHash('sha256').update(stdout).digest('hex').slice(0, 12);
  const template = await cached(`mysql-template-${key}`, async (draft) => {
    const dataDirectory = join(draft, 'data');
    await mkdir(dataDirectory);
    await guard.run(command(dataDirectory, ['--initialize-insecure', '--innodb-redo-log-capacity=32M']));
    // INV-92: the server's identity is in this file; a copy without it gets its own, so GTIDs of two servers differ.
    await rm(join(dataDirectory, 'auto.cnf'), { force: true });
  });
  await cp(join(template, 'data'), target, { recursive: true });
}

async function probeMysql(place: Place): Promise<string> {
  const connection = await createConnection({ host: '127.0.0.1', port: place.port, user: 'root' });
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version, @@datadir AS directory');
    const row = rows[0];
    // Another server may have taken the port between our look and our start.
    if (!String(row?.['directory']).startsWith(place.dataDirectory)) throw new Error('another server has this port');
    return String(row?.['version']);
  } finally {
    connection.destroy();
  }
}
