import { type Disposition, type ErrorDetail, SluiceError } from '../contract/error.ts';

interface Verdict {
  readonly code: string;
  readonly disposition: Disposition;
  readonly remedy: string;
  /** The server's own words hold names and rights only, so they may be shown. */
  readonly isSafeText?: boolean;
}

const DENIED: Verdict = {
  code: 'SOURCE_ACCESS_DENIED',
  disposition: 'stop',
  remedy:
    'check user, password and host of source.url, and source.tls where the account requires TLS; `sluice init` prints the account to create',
  isSafeText: true,
};
const PRIVILEGE: Verdict = {
  code: 'SOURCE_PRIVILEGE_MISSING',
  disposition: 'stop',
  remedy: 'grant the right named; `sluice check` lists every grant that is needed',
  isSafeText: true,
};
const UNREACHABLE: Verdict = {
  code: 'SOURCE_UNREACHABLE',
  disposition: 'retry',
  remedy: 'check host and port of source.url, the network, and that the server runs',
};
const LOST: Verdict = {
  code: 'SOURCE_CONNECTION_LOST',
  disposition: 'retry',
  remedy: 'nothing to do when it comes back by itself; otherwise look at the server and the network between',
};
const BUSY: Verdict = {
  code: 'SOURCE_TOO_MANY_CONNECTIONS',
  disposition: 'retry',
  remedy: 'raise max_connections or the limit of the account, or lower snapshot.parallel',
};
const CONFLICT: Verdict = {
  code: 'SOURCE_LOCK_CONFLICT',
  disposition: 'retry',
  remedy: 'nothing to do: it is tried again; when it stays, look for a long transaction or ALTER on the source',
};
const INTERRUPTED: Verdict = {
  code: 'SOURCE_QUERY_INTERRUPTED',
  disposition: 'retry',
  remedy: 'something on the source kills queries of this account: exempt it from time limits',
};
const CHANGED: Verdict = {
  code: 'SOURCE_TABLE_CHANGED',
  disposition: 'retry',
  remedy: 'nothing to do: a table was changed by DDL while it was read and is read again',
  isSafeText: true,
};
const FULL: Verdict = { code: 'SOURCE_DISK_FULL', disposition: 'retry', remedy: 'free disk space on the source' };
const UNTRUSTED: Verdict = {
  code: 'SOURCE_TLS_UNTRUSTED',
  disposition: 'stop',
  remedy: 'give the CA that signed the server certificate (tls.ca); verify-full also wants the host name in it',
  isSafeText: true,
};
const PLUGIN: Verdict = {
  code: 'SOURCE_LOGIN_UNSUPPORTED',
  disposition: 'stop',
  remedy: 'use an account with caching_sha2_password (MySQL) or mysql_native_password (MariaDB)',
};
const READ_ONLY: Verdict = {
  code: 'SOURCE_READ_ONLY',
  disposition: 'retry',
  remedy: 'the source refuses writes (read_only, super_read_only): expected while it is fenced',
};

const DAMAGED: Verdict = {
  code: 'SOURCE_TABLE_DAMAGED',
  disposition: 'stop',
  remedy: 'CHECK TABLE it at the source, then repair or restore it, or exclude it from the pipeline',
  isSafeText: true,
};

const VALUE: Verdict = {
  code: 'SOURCE_VALUE_REFUSED',
  disposition: 'quarantine',
  remedy: 'the change waits in quarantine with what follows it: change the value on the target, then retry or drop it',
};

/**
 * What one row can be at fault for: its values, its key, a constraint. 1153: a value larger than max_allowed_packet. Both
 * servers' geometry, JSON and CHECK errors are among them.
 */
const DATA_ERRNOS = [
  ...[1048, 1062, 1138, 1264, 1265, 1292, 1364, 1366, 1367, 1406, 1411, 1416, 1525, 1526, 1586, 1690, 3819, 4025],
  ...[3037, 3140, 3141, 3157, 3548, 3616, 3617, 3643, 3751, 3752, 4076],
] as const;

/** Server error numbers; those of MySQL and MariaDB do not contradict each other here. Unlisted: SOURCE_QUERY_FAILED. */
const BY_ERRNO: ReadonlyMap<number, Verdict> = new Map(
  (
    [
      [DENIED, [1044, 1045, 1130, 1698, 1820, 1862, 3118, 3955, 4151]],
      [PRIVILEGE, [1142, 1143, 1227, 1370, 1410]],
      [LOST, [1053, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 3032, 3169, 4031]],
      [BUSY, [1040, 1203, 1226]],
      [CONFLICT, [1205, 1213, 3058, 3572]],
      [INTERRUPTED, [1317, 1969, 3024]],
      [CHANGED, [1054, 1146, 1176, 1412]],
      [FULL, [1021, 1114, 3675]],
      // Below 1000: the storage engine's own numbers.
      [DAMAGED, [126, 127, 130, 134, 144, 145, 1033, 1034, 1035, 1168, 1194, 1195, 1429, 1430, 1431, 1812, 1814, 1932]],
      [PLUGIN, [1251, 1524, 2059]],
      [READ_ONLY, [1290, 1792, 1836]],
      [VALUE, DATA_ERRNOS],
    ] satisfies readonly (readonly [Verdict, readonly number[]])[]
  ).flatMap(([verdict, errnos]) => errnos.map((errno) => [errno, verdict] as const)),
);

const OTHERS: readonly (readonly [number, Verdict])[] = [
  [1049, { code: 'SOURCE_DATABASE_UNKNOWN', disposition: 'stop', remedy: 'check source.databases', isSafeText: true }],
  [
    1129,
    { ...BUSY, code: 'SOURCE_HOST_BLOCKED', disposition: 'stop', remedy: 'TRUNCATE performance_schema.host_cache' },
  ],
  // XA RECOVER, the only statement of XA that is sent, answers so for want of a right.
  [1401, { ...PRIVILEGE, remedy: 'GRANT XA_RECOVER_ADMIN ON *.* to the account of source.url' }],
  [3159, { ...DENIED, code: 'SOURCE_TLS_REQUIRED', remedy: 'set source.tls to verify-ca or verify-full' }],
];

/** Codes of sockets, TLS and the client library. */
const BY_CODE: ReadonlyMap<string, Verdict> = new Map(
  (
    [
      [UNREACHABLE, ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']],
      [LOST, ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'PROTOCOL_CONNECTION_LOST', 'ERR_STREAM_DESTROYED']],
      [
        UNTRUSTED,
        [
          'HANDSHAKE_SSL_ERROR',
          'ERR_TLS_CERT_ALTNAME_INVALID',
          'DEPTH_ZERO_SELF_SIGNED_CERT',
          'SELF_SIGNED_CERT_IN_CHAIN',
        ],
      ],
      [UNTRUSTED, ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT', 'CERT_HAS_EXPIRED']],
      [UNTRUSTED, ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_NOT_YET_VALID', 'CERT_SIGNATURE_FAILURE']],
      [
        { ...UNTRUSTED, code: 'SOURCE_TLS_UNSUPPORTED', remedy: 'set ssl_cert and ssl_key on the server, or tls: off' },
        ['HANDSHAKE_NO_SSL_SUPPORT'],
      ],
      [PLUGIN, ['AUTH_SWITCH_PLUGIN_ERROR']],
    ] satisfies readonly (readonly [Verdict, readonly string[]])[]
  ).flatMap(([verdict, codes]) => codes.map((code) => [code, verdict] as const)),
);

const UNLISTED: Verdict = {
  code: 'SOURCE_QUERY_FAILED',
  disposition: 'stop',
  remedy: 'report it with the error number; the statement itself is not logged because it may hold values',
};

/** Errors whose text quotes a value of a row: neither shown nor kept as a cause. */
const QUOTES_VALUES: ReadonlySet<number> = new Set(DATA_ERRNOS);

interface DriverError {
  readonly errno?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly fatal?: unknown;
}

/** A refusal by the server or by the way to it. */
export class SourceError extends SluiceError {
  /** The server's number; null where the way failed. */
  readonly errno: number | null;

  constructor(detail: ErrorDetail, errno: number | null) {
    super(detail);
    this.name = 'SourceError';
    this.errno = errno;
  }

  /** True when a single row can be at fault, so that it is worth looking for it. */
  get isDataError(): boolean {
    return this.disposition === 'quarantine';
  }
}

/** An error of the driver or the server as ours, classified by errno and code (style 12). */
export function sourceError(error: unknown, doing: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const { errno, code, message, fatal } = (error ?? {}) as DriverError;
  const verdict = verdictOf(errno, code) ?? (fatal === true && typeof errno !== 'number' ? LOST : UNLISTED);
  const text = verdict.isSafeText ? `: ${String(message)}` : '';
  const name = [code, errno].filter((part) => part !== undefined).join(' ');
  if (error instanceof Error) Reflect.deleteProperty(error, 'sql');
  const number = typeof errno === 'number' ? errno : null;
  return new SourceError(
    {
      code: verdict.code,
      message: `${doing} failed (${name || 'no code'})${text}`,
      remedy: verdict.remedy,
      disposition: verdict.disposition,
      ...(number !== null && QUOTES_VALUES.has(number) ? {} : { cause: error }),
    },
    number,
  );
}

function verdictOf(errno: unknown, code: unknown): Verdict | undefined {
  const other = OTHERS.find(([number]) => number === errno)?.[1];
  return other ?? BY_ERRNO.get(errno as number) ?? BY_CODE.get(code as string);
}
