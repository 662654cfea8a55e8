import { join } from 'node:path';
import { type Tool, type Tools, toolVersion } from '../../src/backup/tool.ts';
import { unpackDebianPackages } from '../../src/servers/debian-package.ts';
import { findLoader } from '../../src/servers/loader.ts';
import { findExecutable } from '../../src/servers/program.ts';

/** MySQL's or MariaDB's programs of this machine, else of packages unpacked into the cache. */
export async function clientTools(kind: 'mysql' | 'mariadb'): Promise<Tools> {
  if (await isHere(kind)) return {};
  const [name, packages, suite] =
    kind === 'mysql'
      ? (['mysql', ['mysql-server-core', 'mysql-client-core'], 'sid'] as const)
      : (['mariadb-client', ['mariadb-client'], undefined] as const);
  const prefix = await unpackDebianPackages(name, packages, suite);
  const loader = await findLoader(prefix);
  const program = (file: string): Tool => ({
    file: loader.file,
    before: [...loader.arguments, join(prefix, 'usr/bin', file)],
  });
  return kind === 'mysql'
    ? { mysqldump: program('mysqldump'), mysql: program('mysql') }
    : { 'mariadb-dump': program('mariadb-dump'), mariadb: program('mariadb') };
}

async function isHere(kind: 'mysql' | 'mariadb'): Promise<boolean> {
  const file = await findExecutable([kind === 'mysql' ? 'mysqldump' : 'mariadb-dump']);
  if (file === undefined) return false;
  return (await toolVersion({ file, before: [] })).includes('MariaDB') === (kind === 'mariadb');
}
