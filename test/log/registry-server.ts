import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guard } from '../../src/servers/guard.ts';
import { unpackMavenArtifact } from '../../src/servers/maven-package.ts';
import { freePort } from '../../src/servers/port.ts';

const version = '3.0.9';
const startLimitMs = 90_000;

export interface RegistryServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A registry that speaks Confluent's API: the environment's, else Apicurio from its package, in memory. */
export async function startRegistry(): Promise<RegistryServer> {
  const given = process.env['SLUICE_TEST_REGISTRY_URL'];
  if (given) return { url: given, stop: async () => undefined };
  const artifact = `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`;
  const home = await unpackMavenArtifact('apicurio', artifact, async () => undefined);
  const guard = new Guard('registry');
  const port = await freePort();
  const settings = [`-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=127.0.0.1', '-Xmx256m', '-XX:+UseSerialGC'];
  const jar = join(home, `apicurio-registry-app-${version}-runner.jar`);
  guard.spawn({ file: 'java', arguments: [...settings, '-jar', jar] });
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  await answered(`${url}/subjects`, guard);
  return { url, stop: () => guard.close() };
}

async function answered(url: string, guard: Guard): Promise<void> {
  for (const deadline = Date.now() + startLimitMs; Date.now() < deadline; await sleep(200)) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
  }
  const failure = await guard.failure('the registry does not answer');
  await guard.close();
  throw failure;
}
