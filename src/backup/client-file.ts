import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MysqlSettings } from '../mysql/connection.ts';

/** Runs `work` with an option file for MySQL's programs that nobody else may read: a password is on no command line. */
export async function withClientFile<A>(
  login: MysqlSettings,
  kind: 'mysql' | 'mariadb',
  work: (argument: string) => Promise<A>,
): Promise<A> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-backup-'));
  try {
    const file = join(folder, 'client.cnf');
    const lines = [...loginLines(login), ...(await tlsLines(login, kind, folder))];
    await writeFile(file, ['[client]', ...lines, ''].join('\n'), { mode: 0o600 });
    return await work(`--defaults-file=${file}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function loginLines({ host, port, user, password }: MysqlSettings): readonly string[] {
  const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  return [`host=${quote(host)}`, `port=${port}`, `user=${quote(user)}`, `password=${quote(password)}`, 'protocol=tcp'];
}

async function tlsLines({ tls }: MysqlSettings, kind: 'mysql' | 'mariadb', folder: string): Promise<readonly string[]> {
  if (tls.mode === 'off') return [kind === 'mysql' ? 'get-server-public-key' : 'skip-ssl-verify-server-cert'];
  const lines: string[] = [];
  for (const name of ['ca', 'cert', 'key'] as const) {
    const pem = tls[name];
    if (pem === undefined) continue;
    const file = join(folder, `${name}.pem`);
    await writeFile(file, pem, { mode: 0o600 });
    lines.push(`ssl-${name}=${file}`);
  }
  if (kind === 'mariadb') return [...lines, 'ssl', ...(tls.mode === 'verify-full' ? ['ssl-verify-server-cert'] : [])];
  return [...lines, `ssl-mode=${tls.mode === 'verify-full' ? 'VERIFY_IDENTITY' : 'VERIFY_CA'}`];
}
