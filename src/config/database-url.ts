import { Secret } from './secret.ts';

/** A server and how to log in to it. The password prints as `***` wherever it goes. */
export interface DatabaseUrl {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret;
  /** Empty when the URL names none. */
  readonly database: string;
}

const PORTS: Readonly<Record<string, number>> = {
  mysql: 3306,
  mariadb: 3306,
  postgresql: 5432,
  postgres: 5432,
  http: 80,
  https: 443,
};

/** The parsed URL, or in words what is wrong with it: never the text itself, it may hold a password. */
export function parseDatabaseUrl(
  text: string,
  schemes: readonly string[],
  needsAccount: boolean,
): DatabaseUrl | string {
  const scheme = /^([a-z]+):\/\//.exec(text)?.[1];
  if (scheme === undefined || !schemes.includes(scheme)) return `expected a URL that starts with ${schemes[0]}://`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === '')
    return 'not a URL: a "/", "@", ":" or "%" in a password is written %2F, %40, ...';
  if (url.search !== '' || url.hash !== '')
    return 'parameters after "?" or "#" have no meaning here; use the keys beside it';
  if (needsAccount && url.username === '')
    return `expected an account: ${scheme}://ACCOUNT:PASSWORD@HOST:PORT/DATABASE`;
  try {
    return {
      scheme,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (PORTS[scheme] ?? 0) : Number(url.port),
      user: decodeURIComponent(url.username),
      password: new Secret(decodeURIComponent(url.password)),
      database: decodeURIComponent(url.pathname.replace(/^\//, '')),
    };
  } catch {
    return 'a "%" is not followed by two hexadecimal digits; in a password it is written %25';
  }
}

/** As `config show` and messages print it. */
export function describeUrl(url: DatabaseUrl): string {
  const password = url.password.reveal() === '' ? '' : ':***';
  const account = url.user === '' ? '' : `${encodeURIComponent(url.user)}${password}@`;
  const path = url.database === '' ? '' : `/${encodeURIComponent(url.database)}`;
  return `${url.scheme}://${account}${describeHost(url)}${path}`;
}

export function describeHost(url: DatabaseUrl): string {
  return `${url.host.includes(':') ? `[${url.host}]` : url.host}:${url.port}`;
}
