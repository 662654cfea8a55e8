import { type Disposition, SluiceError } from '../contract/error.ts';

interface Verdict {
  readonly code: string;
  readonly disposition: Disposition;
  readonly remedy: string;
}

const UNREACHABLE: Verdict = {
  code: 'TARGET_UNREACHABLE',
  disposition: 'retry',
  remedy: 'Check that PostgreSQL runs and that target.url names its host and port.',
};
const CONFLICT: Verdict = {
  code: 'TARGET_CONFLICT',
  disposition: 'retry',
  remedy: 'Nothing to do: it is tried again. If it repeats, end the sessions that lock replicated rows on the target.',
};
const FULL: Verdict = {
  code: 'TARGET_RESOURCES',
  disposition: 'retry',
  remedy: 'Free disk space, memory or connections on the target; it is tried again until then.',
};
const LOGIN: Verdict = {
  code: 'TARGET_LOGIN',
  disposition: 'stop',
  remedy: 'Check user and password in target.url and the rules of pg_hba.conf.',
};
const TLS: Verdict = {
  code: 'TARGET_TLS',
  disposition: 'stop',
  remedy: 'Check target.tls: the mode, the ca file, and that the server offers TLS under this host name.',
};
const VALUE: Verdict = {
  code: 'TARGET_VALUE_REFUSED',
  disposition: 'quarantine',
  remedy: 'Look at it with `sluice quarantine list`, change the target or the rule, then `sluice quarantine retry`.',
};
const SCHEMA: Verdict = {
  code: 'TARGET_SCHEMA',
  disposition: 'stop',
  remedy: 'Compare the target with what it should be: `sluice schema diff`.',
};

/** SQLSTATE, else its class (two characters), to what is done about it (PostgreSQL, appendix A). Unlisted: stop. */
const SQLSTATES: Readonly<Record<string, Verdict>> = {
  '08': UNREACHABLE,
  '57P': { ...UNREACHABLE, code: 'TARGET_RESTARTING' },
  '57014': { ...CONFLICT, code: 'TARGET_CANCELLED' },
  '40': CONFLICT,
  '55P03': CONFLICT,
  '55006': CONFLICT,
  '53': FULL,
  '28': LOGIN,
  '3D000': { ...LOGIN, code: 'TARGET_DATABASE_MISSING', remedy: 'Create the database that target.url names.' },
  '42501': {
    code: 'TARGET_PRIVILEGE',
    disposition: 'stop',
    remedy: 'Give the account the grants that `sluice init` prints; `sluice check` lists what is missing.',
  },
  '25006': {
    code: 'TARGET_READ_ONLY',
    disposition: 'stop',
    remedy: 'Point target.url at the primary: this server takes no writes.',
  },
  // Cardinality: two source keys became one target key inside a set.
  '21000': VALUE,
  '22': VALUE,
  '23': VALUE,
  // Program limit: an index row that is too large, too many columns: one value's fault.
  '54': VALUE,
  '3F000': SCHEMA,
  '42': SCHEMA,
};

/** Node's socket and TLS errors. */
const ERRNOS: Readonly<Record<string, Verdict>> = {
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: UNREACHABLE,
  EPIPE: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  EAI_AGAIN: UNREACHABLE,
  SLUICE_LOST: UNREACHABLE,
  SLUICE_TLS: TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: TLS,
  SELF_SIGNED_CERT_IN_CHAIN: TLS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TLS,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TLS,
  CERT_HAS_EXPIRED: TLS,
  ERR_TLS_CERT_ALTNAME_INVALID: TLS,
};

const UNKNOWN: Verdict = {
  code: 'TARGET_ERROR',
  disposition: 'stop',
  remedy: 'Look into the log of PostgreSQL at this time; when the cause is gone start again.',
};

/** What PostgreSQL said, without its texts that hold row values. */
interface ServerError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly table?: unknown;
  readonly column?: unknown;
  readonly constraint?: unknown;
}

function isSqlstate(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE';
}

function verdictOf(code: string): Verdict {
  if (!isSqlstate(code)) return ERRNOS[code] ?? UNKNOWN;
  return SQLSTATES[code] ?? SQLSTATES[code.slice(0, 3)] ?? SQLSTATES[code.slice(0, 2)] ?? UNKNOWN;
}

/** A refusal by PostgreSQL or by the way to it, with everything a person needs and no row value in it. */
export class TargetError extends SluiceError {
  /** SQLSTATE, or Node's error code; '' when there was none. */
  readonly sqlstate: string;
  readonly constraint: string | null;

  constructor(raw: unknown, doing: string) {
    const error: ServerError = typeof raw === 'object' && raw !== null ? raw : {};
    const sqlstate = typeof error.code === 'string' ? error.code : '';
    const verdict = verdictOf(sqlstate);
    super({
      code: verdict.code,
      disposition: verdict.disposition,
      remedy: verdict.remedy,
      message: describe(error, sqlstate, doing),
    });
    this.name = 'TargetError';
    this.sqlstate = sqlstate;
    this.constraint = typeof error.constraint === 'string' ? error.constraint : null;
  }

  /** True when a single row can be at fault, so that it is worth looking for it. */
  get isDataError(): boolean {
    return this.disposition === 'quarantine';
  }
}

/** The server's own words are left out where they quote values (data and constraint errors). */
function describe(error: ServerError, sqlstate: string, doing: string): string {
  const parts = [`PostgreSQL: ${doing} failed`];
  if (sqlstate) parts.push(`(${sqlstate})`);
  for (const name of ['table', 'column', 'constraint'] as const) if (error[name]) parts.push(`${name} ${error[name]}`);
  const quotesValues = /^(21|22|23|54)/.test(sqlstate);
  const said = typeof error.message === 'string' && !quotesValues ? `: ${error.message}` : '';
  return `${parts.join(' ')}${said}`;
}

/** Gives every error of this boundary its code and disposition; passes our own on as they are. */
export function targetError(raw: unknown, doing: string): SluiceError {
  return raw instanceof SluiceError ? raw : new TargetError(raw, doing);
}

/** SQLSTATE of an error that `targetError` made; '' of any other. */
export function sqlstateOf(error: unknown): string {
  return error instanceof TargetError ? error.sqlstate : '';
}
