/** What the run loop does about an error: try again, end, read everything anew, or set one change aside. */
export type Disposition = 'retry' | 'stop' | 'resync' | 'quarantine';

/** Everything needed to report a failure at a boundary. `remedy` names the next thing a person should do. */
export interface ErrorDetail {
  /** Stable, documented where it is defined: `SOURCE_...`, `TARGET_...`, `LOG_...`, `CONFIG_...`. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly disposition: Disposition;
  readonly cause?: unknown;
}

/** The only error that leaves a boundary of sluice. Never carries a password or a row value. */
export class SluiceError extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly disposition: Disposition;

  constructor(detail: ErrorDetail) {
    super(detail.message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'SluiceError';
    this.code = detail.code;
    this.remedy = detail.remedy;
    this.disposition = detail.disposition;
  }
}

/** A value that the target type cannot hold. The sink turns it into a quarantined change; it never becomes NULL. */
export class ValueError extends Error {
  /** Stable reason, e.g. `zero-date`, `nul-byte`, `out-of-range`. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.name = 'ValueError';
    this.reason = reason;
  }
}
