import { SluiceError } from '../contract/error.ts';

/** The command was not understood: exit 2, nothing touched. */
export function usageError(code: `USAGE_${string}`, message: string, remedy: string): SluiceError {
  return new SluiceError({ code, message, remedy, disposition: 'stop' });
}
