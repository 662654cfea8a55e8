import { SluiceError } from './error.ts';

/** `blocker`: what was asked for is refused. `warning`: it can be done, and this will cost something. `information`: worth knowing. */
export const SEVERITIES = ['blocker', 'warning', 'information'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One thing that a check has found, with the statements or configuration lines that cure it. */
export interface Finding {
  /** Stable; documented in docs/operate/commands.md. */
  readonly code: string;
  readonly severity: Severity;
  /** What it is about: `source`, `target`, `log`, `shop.tbl_order`, `shop.tbl_order.legacy_date`. */
  readonly object: string;
  readonly message: string;
  /** In order; empty where only a person can decide. */
  readonly cure: readonly string[];
}

export function finding(severity: Severity, code: string, object: string, message: string, ...cure: string[]): Finding {
  return { code, severity, object, message, cure };
}

/** What a boundary refused, as a finding; a programming error goes on. */
export function findingOf(error: unknown, object: string, severity: Severity = 'blocker'): Finding {
  if (!(error instanceof SluiceError)) throw error;
  return { code: error.code, severity, object, message: error.message, cure: [error.remedy] };
}
