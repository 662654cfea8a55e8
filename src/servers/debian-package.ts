import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { serverFailure } from './failure.ts';
import { findExecutable, firstLines, runProgram } from './program.ts';

const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

/** A package archive that the machine itself uses. */
interface ArchiveSource {
  readonly uri: string;
  readonly suite: string;
  readonly signedBy: string | undefined;
}

/**
 * Unpacks packages and all they depend on into a folder of the cache, without installing anything: apt gets its own
 * lists, status file and cache, so neither the machine's packages nor its lists are touched, and root is not needed.
 * `suite` is asked of the machine's own mirror; without it the machine's suite is used.
 */
export async function unpackDebianPackages(name: string, packages: readonly string[], suite?: string): Promise<string> {
  const source = await machineSource();
  if (!source || !(await findExecutable(['apt-get'])) || !(await findExecutable(['dpkg-deb']))) {
    throw serverFailure('SERVERS_PACKAGE_FAILED', {
      message: `cannot unpack ${packages.join(', ')}: this machine has no apt-get, dpkg-deb or package source`,
      remedy: 'install the server with the package manager of this machine',
    });
  }
  const wanted = { ...source, suite: suite ?? source.suite };
  const folder = await cached(`${name}-${wanted.suite}-${process.arch}`, (draft) => unpack(draft, packages, wanted));
  return join(folder, 'prefix');
}

/** The first archive of a distribution (not a third party's) in the machine's apt configuration. */
async function machineSource(): Promise<ArchiveSource | undefined> {
  const folder = '/etc/apt/sources.list.d';
  const parts = (await readdir(folder).catch(() => [])).sort().map((file) => join(folder, file));
  for (const file of ['/etc/apt/sources.list', ...parts]) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const source = parseSources(text).find(({ uri }) => /(debian|ubuntu|ubuntu-ports)(\.list)?\/?$/.test(uri));
    if (source) return source;
  }
  return undefined;
}

/** Reads both forms of apt sources: one entry a line, and stanzas of fields. */
export function parseSources(text: string): readonly ArchiveSource[] {
  const lines = [...text.matchAll(/^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)/gm)].map((match) => ({
    uri: match[2] ?? '',
    suite: match[3] ?? '',
    signedBy: match[1]?.match(/signed-by=(\S+)/)?.[1],
  }));
  const stanzas = text.split(/\n\s*\n/).flatMap((stanza) => {
    const uri = field(stanza, 'URIs');
    const suite = field(stanza, 'Suites');
    return uri && suite ? [{ uri, suite, signedBy: field(stanza, 'Signed-By') }] : [];
  });
  return [...lines, ...stanzas];
}

function field(stanza: string, name: string): string | undefined {
  return stanza.match(new RegExp(`^${name}:[ \\t]*(\\S+)`, 'm'))?.[1];
}

async function unpack(draft: string, packages: readonly string[], source: ArchiveSource): Promise<void> {
  const apt = await privateApt(join(draft, 'apt'), source);
  const archives = join(draft, 'archives');
  await mkdir(archives);
  try {
    await apt(['update'], archives);
    const plan = await apt(['install', '--simulate', '--no-install-recommends', ...packages], archives);
    const names = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
    await apt(['download', ...names], archives);
    for (const file of await readdir(archives)) {
      await runProgram('dpkg-deb', ['--extract', join(archives, file), join(draft, 'prefix')]);
    }
  } catch (cause) {
    throw serverFailure('SERVERS_PACKAGE_FAILED', {
      message: `could not fetch ${packages.join(', ')} of ${source.suite} from this machine's package mirror:\n${firstLines(cause)}`,
      remedy: 'check that apt-get reaches its mirror, or install the server by hand',
      cause,
    });
  }
  await rm(join(draft, 'apt'), { recursive: true });
  await rm(archives, { recursive: true });
}

type Apt = (command: readonly string[], folder: string) => Promise<string>;

async function privateApt(folder: string, source: ArchiveSource): Promise<Apt> {
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  const fields = ['Types: deb', `URIs: ${source.uri}`, `Suites: ${source.suite}`, 'Components: main'];
  if (source.signedBy) fields.push(`Signed-By: ${source.signedBy}`);
  await writeFile(join(folder, 'private.sources'), `${fields.join('\n')}\n`);
  await writeFile(join(folder, 'status'), '');
  const settings = {
    'Dir::Etc::sourcelist': join(folder, 'private.sources'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    // A machine whose clock is past the end of an old suite still gets its packages; signatures are checked.
    'Acquire::Check-Valid-Until': 'false',
    // The cache may be a folder that apt's own user cannot enter.
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return async (command, cwd) => {
    const { stdout } = await runProgram('apt-get', [...options, '-q', ...command], {
      cwd,
      maxBuffer: OUTPUT_LIMIT_BYTES,
      env: { ...process.env, LC_ALL: 'C' },
    });
    return stdout;
  };
}
