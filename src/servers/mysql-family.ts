import { createHash } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { cached } from './cache.ts';
import type { Command, Guard } from './guard.ts';
import { type Place, runProgram, type ServerProgram } from './program.ts';

/** What starts mysqld or mariadbd: the file, the arguments before its own, and those that say where its files are. */
export interface DaemonBinaries {
  readonly file: string;
  readonly before: readonly string[];
  readonly layout: readonly string[];
}

/** In what MySQL and MariaDB differ as programs. */
export interface DaemonRules {
  readonly name: 'mysql' | 'mariadb';
  /** Arguments of every start, and of a start with and without fsync at commit. */
  readonly always: readonly string[];
  readonly durable: readonly string[];
  readonly notDurable: readonly string[];
  /** Fills an empty data directory. `command` makes a start of the daemon with further arguments. */
  fill(guard: Guard, dataDirectory: string, command: (more: readonly string[]) => Command): Promise<void>;
}

/** The program of a server that is started as mysqld is. */
export function daemonProgram(binaries: DaemonBinaries, rules: DaemonRules): ServerProgram {
  const command = (dataDirectory: string, more: readonly string[]): Command => ({
    file: binaries.file,
    arguments: [
      ...binaries.before,
      // Not --no-defaults: with it MySQL does not read what SET PERSIST wrote either.
      '--defaults-file=/dev/null',
      ...binaries.layout,
      `--user=${userInfo().username}`,
      `--datadir=${dataDirectory}`,
      // A packaged mysqld aborts where its built-in folder for this is missing.
      '--secure-file-priv=',
      ...more,
    ],
  });
  const fill = (guard: Guard, folder: string): Promise<void> =>
    rules.fill(guard, folder, (more) => command(folder, more));
  return {
    async initialise(guard, dataDirectory) {
      const template = await makeTemplate(binaries, rules.name, (folder) => fill(guard, folder));
      await cp(template, dataDirectory, { recursive: true });
    },
    command: (place) => command(place.dataDirectory, startArguments(place, rules)),
    stopSignal: 'SIGTERM',
    mark: (place) => place.dataDirectory,
    url: (port) => `mysql://root@127.0.0.1:${port}/`,
  };
}

function startArguments(place: Place, rules: DaemonRules): readonly string[] {
  return [
    `--port=${place.port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(place.directory, 's.sock')}`,
    // A starting daemon deletes the temporary tables it finds in its folder: another's, in a common one.
    `--tmpdir=${place.directory}`,
    `--pid-file=${join(place.directory, 'server.pid')}`,
    '--server-id=1',
    '--log-bin=bin',
    '--binlog-row-metadata=FULL',
    '--local-infile=1',
    '--innodb-buffer-pool-size=128M',
    ...rules.always,
    ...(place.durable ? rules.durable : rules.notDurable),
    ...place.extraArguments,
  ];
}

/** Filling a data directory takes seconds, copying it a fraction: it is kept, one for each build of the server. */
async function makeTemplate(
  binaries: DaemonBinaries,
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const { stdout } = await runProgram(binaries.file, [...binaries.before, '--no-defaults', '--version']);
  const key = createHash('sha256').update(stdout).digest('hex').slice(0, 12);
  const template = await cached(`${name}-template-${key}`, async (draft) => {
    const folder = join(draft, 'data');
    await mkdir(folder);
    await fill(folder);
  });
  return join(template, 'data');
}
