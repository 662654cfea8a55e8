import { SluiceError } from '../../contract/error.ts';
import { awaitHealthy, type Probe } from '../flip/probe.ts';
import type { Step } from '../step.ts';

/** Room for the last try of a probe to end. */
const ROOM_MS = 5_000;

/** Asks the application whether it works. A sick one does not hold the switch up: then a rollback would not be let in. */
export function probeStep({ probe, shown }: { readonly probe: Probe; readonly shown: string }): Step {
  return {
    name: 'probe',
    title: 'Asks the application until it answers well.',
    phase: 'beyond',
    limitMs: probe.limitMs + probe.tryMs + ROOM_MS,
    describe: async () => [`ask ${shown}, for at most ${probe.limitMs / 1000} s`],
    run: async ({ signal, note }) => {
      try {
        const words = await awaitHealthy(probe, signal);
        await note({ isHealthy: true });
        return `the application is well: ${words}`;
      } catch (error) {
        if (!(error instanceof SluiceError) || error.code !== 'FLIP_UNHEALTHY') throw error;
        await note({ isHealthy: false });
        return `THE APPLICATION IS NOT WELL (FLIP_UNHEALTHY): ${error.message}`;
      }
    },
  };
}
