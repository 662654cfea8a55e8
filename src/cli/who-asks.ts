import { userInfo } from 'node:os';
import { ASKED_BY_RULE, isAskedBy } from '../contract/asked-by.ts';
import { usageError } from './usage-error.ts';
import type { Call, Flag } from './verb.ts';

export const BY_FLAG: Flag = {
  name: 'by',
  type: 'text',
  value: 'NAME',
  help: 'Who does it, for the evidence (default: your login).',
};

/**
 * Who asks, as `--by` says, without the secrets of the configuration that was read, or as the account is named. USAGE_BY
 * where that is no name.
 */
export function askedBy(call: Call): string {
  const said = call.flags.get('by');
  if (said === undefined) return askerOf(call);
  if (isAskedBy(said)) return call.output.scrubber.text(said);
  throw usageError('USAGE_BY', `--by: ${ASKED_BY_RULE}`, 'Give the name of a person or a script.');
}

/** Who asks, for the record: the account's name, as its environment or the machine has it. */
export function askerOf({ io }: Call): string {
  const said = io.environment['USER'];
  if (isAskedBy(said)) return said;
  try {
    return userInfo().username;
  } catch {
    return 'an account without a name';
  }
}
