import { EXIT } from './exit.ts';
import { formatTable } from './format.ts';
import type { Outcome } from './outcome.ts';
import { Progress } from './progress.ts';
import type { Call, Verb } from './verb.ts';

export const DEMO_VERB: Verb = {
  name: 'demo',
  kind: 'Demo',
  summary: 'Plays the whole story on throw-away servers with a sample shop under live traffic, in a minute or two.',
  flags: [
    { name: 'log', type: 'text', choices: ['embedded', 'kafka'], help: 'Where changes are kept (default embedded).' },
    { name: 'source', type: 'text', choices: ['mysql', 'mariadb'], help: 'The source server (default mysql).' },
    { name: 'scale', type: 'integer', value: '1', help: 'Size of the shop (default 1).' },
    { name: 'seed', type: 'integer', value: '1', help: 'Seed of its rows and traffic (default 1).' },
    { name: 'keep', type: 'switch', help: 'Leave the servers running at the end.' },
  ],
  takesConfig: false,
  examples: [
    ['sluice demo', 'MySQL to PostgreSQL'],
    ['sluice demo --log kafka', 'over a real Kafka'],
    ['sluice demo --source mariadb --scale 5', 'from MariaDB, five times the rows'],
  ],
  exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.interrupted],
  needs: 'runDemo',
  isGraceful: true,
  run: demo,
};

async function demo(call: Call): Promise<Outcome> {
  const { flags, output, logger, signal, ports } = call;
  const progress = new Progress(output);
  const result = await ports.runDemo?.({
    log: flags.get('log') === 'kafka' ? 'kafka' : 'embedded',
    source: flags.get('source') === 'mariadb' ? 'mariadb' : 'mysql',
    scale: numberOf(flags.get('scale')),
    seed: numberOf(flags.get('seed')),
    keep: flags.has('keep'),
    signal,
    logger,
    say: (line) => output.say(line),
    onStatus: (status) => progress.update(status),
  });
  progress.close();
  if (result === undefined) throw new TypeError('no demo in this build');
  const outcome = { kind: 'Demo', data: result.data, text: formatTable(['measured', 'value'], result.rows) };
  if (signal.aborted)
    return { ...outcome, exit: EXIT.interrupted, error: { code: 'INTERRUPTED', message: 'demo', remedy: '' } };
  if (result.isPassed) return { ...outcome, exit: EXIT.done, nextSteps: ['sluice init'] };
  const error = {
    code: 'DEMO_FAILED',
    message: 'the two sides are not equal, or a promise was broken',
    remedy: 'Run it again with -v --keep and look at both servers.',
  };
  return { ...outcome, exit: EXIT.failed, error };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 1;
}
