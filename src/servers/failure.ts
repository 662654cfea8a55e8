import { SluiceError } from '../contract/error.ts';

/**
 * Everything that can go wrong with a throw-away server. None is retried: the cure is on the machine.
 *
 * - `SERVERS_UNAVAILABLE`: no URL in the environment, no Docker, no binaries, no packages.
 * - `SERVERS_UNREACHABLE`: the URL in the environment does not answer as the server it is said to be.
 * - `SERVERS_START_FAILED`: the binaries are there, but the server ended or did not answer in time.
 * - `SERVERS_PACKAGE_FAILED`: a package could not be fetched or unpacked into the cache folder.
 * - `SERVERS_NOT_OURS`: kill, restart or private use asked of a server that others use too.
 */
export type ServerFailureCode =
  | 'SERVERS_UNAVAILABLE'
  | 'SERVERS_UNREACHABLE'
  | 'SERVERS_START_FAILED'
  | 'SERVERS_PACKAGE_FAILED'
  | 'SERVERS_NOT_OURS';

/** What an error about a server says, in one line each. */
export interface FailureText {
  readonly message: string;
  readonly remedy: string;
  readonly cause?: unknown;
}

/** Makes the error with which a server operation ends. */
export function serverFailure(code: ServerFailureCode, text: FailureText): SluiceError {
  return new SluiceError({ code, disposition: 'stop', ...text });
}
