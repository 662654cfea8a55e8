import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { HttpProblem } from './problem.ts';

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * A page of somebody else's that gets a name of its own to point here (DNS rebinding) sends that name. An address is no
 * name: nobody can make it point elsewhere. HTTP_HOST_REFUSED.
 */
export function checkHost(host: string | undefined, allowed: readonly string[]): void {
  const name = hostNameOf(host ?? '');
  const isKnown = isIP(name) !== 0 || ['localhost', hostname().toLowerCase(), ...allowed].includes(name);
  if (isKnown) return;
  throw new HttpProblem(
    403,
    'HTTP_HOST_REFUSED',
    'this host name is not one of ours',
    'Use the address itself, or name the host in http.hosts.',
  );
}

/** Without the port; an IPv6 address without its brackets. Empty: unreadable. */
function hostNameOf(host: string): string {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([^:/@\s]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase();
}

interface SentFrom {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/** What changes something must not come from another site's page, whatever it carries. HTTP_ORIGIN_REFUSED. */
export function checkOrigin(headers: SentFrom): void {
  const { host = '', origin } = headers;
  const isOurs = origin === undefined || origin === `http://${host}` || origin === `https://${host}`;
  const site = headers['sec-fetch-site'];
  const isSameSite = site === undefined || site === 'same-origin' || site === 'none';
  if (isOurs && isSameSite) return;
  throw new HttpProblem(
    403,
    'HTTP_ORIGIN_REFUSED',
    'the request comes from another site',
    'Use the page of sluice itself.',
  );
}
