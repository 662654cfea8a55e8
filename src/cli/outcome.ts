import { SluiceError } from '../contract/error.ts';
import { EXIT, type ExitCode, exitOf } from './exit.ts';
import { InvalidConfig } from './invalid-config.ts';

export const API_VERSION = 'sluice/v1';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** What a verb has to say: the same facts as JSON and as text for people. */
export interface Outcome {
  readonly kind: string;
  readonly exit: ExitCode;
  readonly data: unknown;
  /** Printed on stdout without `--json`; empty for nothing. */
  readonly text: string;
  readonly nextSteps?: readonly string[];
  readonly error?: Failure;
  /** It was printed already. */
  readonly isShown?: true;
}

export interface Envelope {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: string;
  readonly status: 'ok' | 'action_required' | 'error';
  readonly data: unknown;
  readonly error?: Failure;
  readonly nextSteps: readonly string[];
}

export function envelopeOf(outcome: Outcome): Envelope {
  const { kind, data, error, nextSteps = [] } = outcome;
  return { apiVersion: API_VERSION, kind, status: statusOf(outcome.exit), data, ...(error && { error }), nextSteps };
}

function statusOf(exit: ExitCode): Envelope['status'] {
  if (exit === EXIT.done) return 'ok';
  return exit === EXIT.refused || exit === EXIT.differences || exit === EXIT.notReached ? 'action_required' : 'error';
}

/** The outcome of a verb that threw. Anything that is not ours is a fault of sluice itself. */
export function outcomeOfError(kind: string, error: unknown): Outcome {
  const failure = failureOf(error);
  const data = error instanceof InvalidConfig ? { problems: error.listed } : null;
  const nextSteps = failure.code === 'CONTROL_UNREACHABLE' ? ['sluice run'] : [];
  return { kind, exit: exitOf(failure.code), data, text: '', error: failure, nextSteps };
}

function failureOf(error: unknown): Failure {
  if (error instanceof SluiceError) return { code: error.code, message: error.message, remedy: error.remedy };
  return {
    code: 'INTERNAL',
    message: error instanceof Error ? `${error.name}: ${error.message}` : 'an unknown error',
    remedy: 'This is a fault of sluice: run it again with -v and report what it prints.',
  };
}
