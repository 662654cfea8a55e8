import { MOVING } from './plain-text.ts';

/**
 * The one rule of names of who asks, at the command line, the control socket and HTTP: 1 to 100 characters, none of which
 * ends a line, moves a terminal or turns the direction of a text. As a pattern of JSON Schema too, with the flag `u`.
 */
export const ASKED_BY_PATTERN = `^[^${MOVING}]{1,100}$`;

const ASKED_BY = new RegExp(ASKED_BY_PATTERN, 'u');

export const ASKED_BY_RULE =
  'a name of who asks has 1 to 100 characters, and none that control a terminal or the direction of text';

export function isAskedBy(value: unknown): value is string {
  return typeof value === 'string' && ASKED_BY.test(value);
}

/** Why a gate is waived, under the same rule: it is shown to everybody, and stands in the evidence. */
export const REASON_PATTERN = `^[^${MOVING}]{1,500}$`;

const REASON = new RegExp(REASON_PATTERN, 'u');

export const REASON_RULE =
  'a reason has 1 to 500 characters, and none that control a terminal or the direction of text';

export function isReason(value: unknown): value is string {
  return typeof value === 'string' && REASON.test(value);
}
