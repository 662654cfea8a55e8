import type { StepPhase } from '../../contract/cutover.ts';
import { SluiceError } from '../../contract/error.ts';
import { resultWords, runCommand } from '../flip/run-command.ts';
import type { Step } from '../step.ts';

export interface CommandStepOptions {
  readonly name: string;
  readonly title: string;
  readonly phase: StepPhase;
  /** Key of the configuration that holds the command: it is shown in the place of the line, which may hold a secret. */
  readonly key: string;
  /** For `sh -c`. It may be run twice. */
  readonly line: string;
  readonly folder: string;
  readonly secrets: readonly string[];
  readonly limitMs: number;
}

/** A command of the operator's: to stop workers, to warn people, to flip the application. */
export function commandStep(options: CommandStepOptions): Step {
  const { name, title, phase, key, line, folder, secrets, limitMs } = options;
  return {
    name,
    title,
    phase,
    limitMs,
    describe: async () => [`run the command of ${key}`],
    run: async ({ signal }) => {
      const result = await runCommand({ line, folder, secrets, limitMs, signal });
      if (result.outcome !== 'done') throw commandFailed(key, resultWords(result, limitMs));
      return resultWords(result, limitMs);
    },
  };
}

/** The application is pointed to the new side by hand: nothing keeps it out. */
export function arrivedStep(limitMs: number): Step {
  return {
    name: 'open-target',
    title: 'Nothing keeps the application out of the new side any more.',
    phase: 'beyond',
    limitMs,
    describe: async () => ['point the application to the new side'],
    run: async () => 'the application may write to the new side',
  };
}

/** CUTOVER_COMMAND: a command of the configuration did not end well. */
function commandFailed(key: string, words: string): SluiceError {
  return new SluiceError({
    code: 'CUTOVER_COMMAND',
    message: `the command of ${key} ${words}`,
    remedy: 'Run it by hand and mend it; it is tried again where there is no way back.',
    disposition: 'stop',
  });
}
