import { readFileSync } from 'node:fs';
import type { Config, TlsConfig } from '../config/config.ts';
import type { MysqlSettings, MysqlTls } from '../mysql/connection.ts';
import type { PostgresSettings } from '../postgres/connection.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** Settings of a session on the source, without a database: names are qualified everywhere. */
export function sourceSettings({ source }: Config): MysqlSettings {
  const { host, port, user, password } = source.url;
  return { host, port, user, password: password.reveal(), tls: mysqlTls(source.tls), timeoutMs: CONNECT_TIMEOUT_MS };
}

function mysqlTls({ mode, ca, cert, key }: TlsConfig): MysqlTls {
  const pem = (path: string) => readFileSync(path, 'utf8');
  return {
    mode,
    ...(ca === null ? {} : { ca: pem(ca) }),
    ...(cert === null ? {} : { cert: pem(cert) }),
    ...(key === null ? {} : { key: pem(key) }),
  };
}

export function targetSettings({ target, pipeline }: Config): PostgresSettings {
  const { host, port, user, password, database } = target.url;
  const url = new URL('postgresql://host');
  url.hostname = host.includes(':') ? `[${host}]` : host;
  url.port = String(port);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password.reveal());
  url.pathname = `/${encodeURIComponent(database)}`;
  const { mode, ca, cert, key } = target.tls;
  const tls = {
    mode,
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
  return { url: url.href, pipeline, tls };
}
