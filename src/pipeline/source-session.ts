import type { Config } from '../config/config.ts';
import { sourceAdminLogin, sourceLogin } from '../config/login.ts';
import { connectMysql, type MysqlConnection } from '../mysql/connection.ts';

/** Runs work in a session of its own on the source, which is cut off when the signal aborts: the work fails then. */
export async function withSource<T>(
  config: Config,
  signal: AbortSignal,
  work: (source: MysqlConnection) => Promise<T>,
): Promise<T> {
  return await inSource(await connectMysql(sourceLogin(config.source)), signal, work);
}

/** The same by the account that fences writes. */
export async function withSourceAdmin<T>(
  config: Config,
  signal: AbortSignal,
  work: (source: MysqlConnection) => Promise<T>,
): Promise<T> {
  return await inSource(await connectMysql(sourceAdminLogin(config.source)), signal, work);
}

/** The same in a session that is open; it is closed then. */
export async function inSource<T>(
  source: MysqlConnection,
  signal: AbortSignal,
  work: (source: MysqlConnection) => Promise<T>,
): Promise<T> {
  const cut = () => source.destroy();
  signal.addEventListener('abort', cut, { once: true });
  try {
    if (signal.aborted) cut();
    return await work(source);
  } finally {
    signal.removeEventListener('abort', cut);
    if (signal.aborted) source.destroy();
    else await source.close();
  }
}
