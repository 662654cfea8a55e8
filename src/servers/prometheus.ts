import { join } from 'node:path';
import { unpackDebianPackages } from './debian-package.ts';
import { serverFailure } from './failure.ts';
import { findExecutable } from './program.ts';

/** Prometheus and the tool that checks its rules. */
export interface PrometheusPrograms {
  readonly server: string;
  readonly tool: string;
}

/** Those of the machine, else of Debian's package unpacked into the cache; SERVERS_UNAVAILABLE where there is none. */
export async function findPrometheus(): Promise<PrometheusPrograms> {
  return (await programsIn('')) ?? (await unpacked().catch((cause: unknown) => unavailable(cause)));
}

/** null: not both. `folder`: empty for those in PATH. */
async function programsIn(folder: string): Promise<PrometheusPrograms | null> {
  const [server, tool] = await Promise.all(
    ['prometheus', 'promtool'].map((name) => findExecutable([join(folder, name)])),
  );
  return server === undefined || tool === undefined ? null : { server, tool };
}

async function unpacked(): Promise<PrometheusPrograms> {
  const prefix = await unpackDebianPackages('prometheus', ['prometheus']);
  const programs = await programsIn(join(prefix, 'usr/bin'));
  if (programs === null) throw new Error(`no Prometheus under ${prefix}`);
  return programs;
}

function unavailable(cause: unknown): never {
  throw serverFailure('SERVERS_UNAVAILABLE', {
    message: `there is no Prometheus to be had: none in PATH, and no package${cause instanceof Error ? ` (${cause.message})` : ''}`,
    remedy: 'install it: apt-get install prometheus (docs/develop/servers.md)',
    cause,
  });
}
