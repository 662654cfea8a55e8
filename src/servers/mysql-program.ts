import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackDebianPackages } from './debian-package.ts';
import { findLoader } from './loader.ts';
import { type DaemonBinaries, type DaemonRules, daemonProgram } from './mysql-family.ts';
import { findExecutable, runProgram, type ServerProgram } from './program.ts';

const MINIMUM_MAJOR = 8;
// The suite that carries the newest MySQL; it moves, so the version is what the server says it is.
const PACKAGE_SUITE = 'sid';
const PACKAGES = ['mysql-server-core', 'mysql-client-core'];

const RULES: DaemonRules = {
  name: 'mysql',
  always: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--mysqlx=OFF'],
  durable: [],
  notDurable: ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=2'],
  async fill(guard, dataDirectory, command) {
    await guard.run(command(['--initialize-insecure', '--innodb-redo-log-capacity=32M']));
    // INV-92: the server's identity is in this file; a copy without it gets its own, so GTIDs of two servers differ.
    await rm(join(dataDirectory, 'auto.cnf'), { force: true });
  },
};

/** MySQL of the machine, else of Debian packages unpacked into the cache. */
export async function findMysql(): Promise<ServerProgram> {
  return daemonProgram((await machineBinaries()) ?? (await packageBinaries()), RULES);
}

async function machineBinaries(): Promise<DaemonBinaries | undefined> {
  const file = await findExecutable(['mysqld']);
  if (!file) return undefined;
  const { stdout } = await runProgram(file, ['--version']);
  const major = Number(stdout.match(/Ver (\d+)\./)?.[1] ?? 0);
  // Where MariaDB is installed, mysqld may be its other name.
  return major < MINIMUM_MAJOR || stdout.includes('MariaDB') ? undefined : { file, before: [], layout: [] };
}

async function packageBinaries(): Promise<DaemonBinaries> {
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
