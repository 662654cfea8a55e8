import { readFileSync } from 'node:fs';
import { SluiceError } from '../contract/error.ts';
import type { MysqlSettings } from '../mysql/connection.ts';
import type { PostgresSettings } from '../postgres/connection.ts';
import type { Config, TlsConfig } from './config.ts';
import type { DatabaseUrl } from './database-url.ts';

const CONNECT_TIMEOUT_MS = 15_000;

/** How to log in to the source; the password is in the clear from here on, so the result is never logged. */
export function sourceLogin(source: Pick<Config['source'], 'url' | 'tls'>): MysqlSettings {
  const { url, tls } = source;
  return {
    host: url.host,
    port: url.port,
    user: url.user,
    password: url.password.reveal(),
    tls: { mode: tls.mode, ...pem(tls) },
    timeoutMs: CONNECT_TIMEOUT_MS,
  };
}

/** With the rights to fence writes. */
export function sourceAdminLogin(source: Config['source']): MysqlSettings {
  return sourceLogin({ url: source.adminUrl ?? source.url, tls: source.tls });
}

/** How to log in to the target; never logged either. */
export function targetLogin(config: Pick<Config, 'pipeline' | 'target'>): PostgresSettings {
  const { url, tls } = config.target;
  // Read once here, so that a wrong path is an error of the configuration and not of the connection.
  pem(tls);
  return {
    url: plainUrl(url),
    pipeline: config.pipeline,
    tls: { mode: tls.mode, ...given({ ca: tls.ca, cert: tls.cert, key: tls.key }) },
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  };
}

function plainUrl(url: DatabaseUrl): string {
  const host = url.host.includes(':') ? `[${url.host}]` : url.host;
  const [user, password, database] = [url.user, url.password.reveal(), url.database].map(encodeURIComponent);
  return `postgresql://${user}:${password}@${host}:${url.port}/${database}`;
}

function pem(tls: TlsConfig): Partial<Record<'ca' | 'cert' | 'key', string>> {
  const read = (path: string | null): string | null => (path === null ? null : readPem(path));
  return given({ ca: read(tls.ca), cert: read(tls.cert), key: read(tls.key) });
}

function given<Name extends string>(values: Record<Name, string | null>): Partial<Record<Name, string>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Partial<
    Record<Name, string>
  >;
}

/** CONFIG_FILE: a file that the configuration names cannot be read. */
function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new SluiceError({
      code: 'CONFIG_FILE',
      message: `${path} cannot be read (${code})`,
      remedy: 'Check the path of ca, cert and key in the configuration, and who may read them.',
      disposition: 'stop',
      cause,
    });
  }
}
