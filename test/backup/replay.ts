import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RecoveryPosition } from '../../src/backup/manifest.ts';
import { findTool, type Tool } from '../../src/backup/tool.ts';
import type { MysqlSettings } from '../../src/mysql/connection.ts';
import { clientTools } from './client-tools.ts';

export interface Replay {
  readonly from: MysqlSettings;
  readonly into: MysqlSettings;
  readonly database: string;
  readonly position: Extract<RecoveryPosition, { readonly kind: 'exact' }>;
}

/** As the page for operators says: the source's binlog from the position of the manifest on, by the stock programs. */
export async function replay(kind: 'mysql' | 'mariadb', { from, into, database, position }: Replay): Promise<void> {
  const tools = await clientTools(kind);
  const client = await findTool(kind === 'mysql' ? 'mysql' : 'mariadb', tools);
  const reader = beside(client, kind === 'mysql' ? 'mysqlbinlog' : 'mariadb-binlog');
  // Other tests write on this server too.
  const own = [`--database=${database}`, ...(kind === 'mysql' ? ['--skip-gtids'] : [])];
  const place = ['--read-from-remote-server', '--to-last-log', `--start-position=${position.offset}`, position.file];
  const read = [...reader.before, ...login(from), ...own, ...place];
  const run = promisify(execFile);
  const { stdout } = await run(reader.file, read, { encoding: 'buffer', maxBuffer: 2 ** 28 });
  if (kind === 'mariadb') await run(client.file, [...client.before, ...login(into), '--execute=RESET MASTER']);
  const feeding = run(client.file, [...client.before, ...login(into)]);
  feeding.child.stdin?.end(stdout);
  await feeding;
}

/** The program of the same package. */
function beside({ file, before }: Tool, name: string): Tool {
  const at = (path: string) => path.replace(/[^/]+$/, name);
  return before.length === 0 ? { file: at(file), before } : { file, before: before.with(-1, at(before.at(-1) ?? '')) };
}

function login({ host, port, user, password }: MysqlSettings): readonly string[] {
  const secret = password === '' ? [] : [`--password=${password}`];
  return ['--protocol=tcp', `--host=${host}`, `--port=${port}`, `--user=${user}`, ...secret];
}
