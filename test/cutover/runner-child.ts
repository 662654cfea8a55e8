/** A cutover in a process of its own that kills itself with SIGKILL at one point of one step. */
import { runAttempt, World, worldSteps } from './world.ts';

const [url = '', point = '', step = '', fails = ''] = process.argv.slice(2);
const world = await World.open(url);
const failing = {
  run: async () => {
    throw new Error('this step fails');
  },
};
await runAttempt(world, {
  steps: worldSteps(world, fails === '' ? {} : { [fails]: failing }),
  onPoint: (reached, at) => {
    if (reached === point && (at ?? '') === step) process.kill(process.pid, 'SIGKILL');
  },
});
await world.close();
process.exit(0);
