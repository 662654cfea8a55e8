import { access, constants, mkdir, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { serverFailure } from './failure.ts';
import { findExecutable, firstLines, runProgram } from './program.ts';

const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;

/** One library with all it depends on: `group:artifact:version`. */
export type MavenCoordinate = string;

/** Collects libraries and all they depend on as jar files in a folder of the cache. */
export async function collectJars(name: string, libraries: readonly MavenCoordinate[]): Promise<string> {
  const folder = await cached(name, async (draft) => {
    await writeFile(join(draft, 'pom.xml'), pom(libraries));
    await mkdir(join(draft, 'jars'));
    await runMaven(draft, ['dependency:copy-dependencies', `-DoutputDirectory=${join(draft, 'jars')}`]);
    await rm(join(draft, 'repository'), { recursive: true, force: true });
  });
  return join(folder, 'jars');
}

/** Unpacks one archive, `group:artifact:version:packaging`, into a folder of the cache; `finish` completes it there. */
export async function unpackMavenArtifact(
  name: string,
  artifact: string,
  finish: (folder: string) => Promise<void>,
): Promise<string> {
  return await cached(`${name}-${artifact.split(':')[2]}`, async (draft) => {
    const output = join(draft, 'content');
    await writeFile(join(draft, 'pom.xml'), pom([]));
    await runMaven(draft, ['dependency:unpack', `-Dartifact=${artifact}`, `-DoutputDirectory=${output}`]);
    for (const name of ['target', 'repository']) await rm(join(draft, name), { recursive: true, force: true });
    await finish(output);
  }).then((folder) => join(folder, 'content'));
}

function pom(libraries: readonly MavenCoordinate[]): string {
  const dependencies = libraries.map((library) => {
    const [group, artifact, version] = library.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return [
    '<project><modelVersion>4.0.0</modelVersion>',
    '<groupId>sluice</groupId><artifactId>servers</artifactId><version>1</version><packaging>pom</packaging>',
    `<dependencies>${dependencies.join('')}</dependencies>`,
    '</project>',
  ].join('\n');
}

/** Maven's own client knows its registry and the machine's mirrors of it. */
async function runMaven(folder: string, goal: readonly string[]): Promise<void> {
  const maven = await findExecutable(['mvn']);
  if (!maven) {
    throw serverFailure('SERVERS_PACKAGE_FAILED', {
      message: `${goal[0]} needs Maven, and there is no mvn in PATH`,
      remedy: 'install maven and a Java runtime of version 17 or later',
    });
  }
  try {
    const options = ['-q', '-B', ...(await localRepository(folder))];
    await runProgram(maven, [...options, ...goal], { cwd: folder, maxBuffer: OUTPUT_LIMIT_BYTES });
  } catch (cause) {
    throw serverFailure('SERVERS_PACKAGE_FAILED', {
      message: `Maven could not finish ${goal[0]}:\n${firstLines(cause)}`,
      remedy: 'check that mvn reaches its registry',
      cause,
    });
  }
}

/** Maven keeps what it fetches in the home folder; an account without one gets a repository for the occasion. */
async function localRepository(folder: string): Promise<readonly string[]> {
  const isWritable = await access(userInfo().homedir, constants.W_OK).then(
    () => true,
    () => false,
  );
  return isWritable ? [] : [`-Dmaven.repo.local=${join(folder, 'repository')}`];
}
