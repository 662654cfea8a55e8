import type { Quarantine } from './quarantine.ts';

/** What another process may ask of a running pipeline. Failures are SluiceErrors, told to who asked. */
export interface PipelineActions {
  readonly quarantine: Pick<Quarantine, 'retry' | 'drop'>;
}

/** The same as requests: over the control socket. */
export const ACTION_METHODS = ['quarantine.retry', 'quarantine.drop'] as const;
export type ActionMethod = (typeof ACTION_METHODS)[number];
