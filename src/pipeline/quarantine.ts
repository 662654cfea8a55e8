import type { Config } from '../config/config.ts';
import type { Quarantine } from '../contract/quarantine.ts';
import { askAction } from '../control/client.ts';
import type { OpenQuarantine } from './run-option.ts';
import { sinkOf } from './sink-of.ts';

/**
 * Lets looking wait for nothing. `retry` and `drop` are done by the process that applies, between two of its
 * transactions; where none runs they take the sink's place.
 */
export const openQuarantine: OpenQuarantine = async (config) => {
  const sink = sinkOf(config);
  const { quarantine } = sink;
  /** Starting the sink would make its tables: before the first run there is nothing to act on. */
  const started = async (id: string) => {
    if (!(await quarantine.isMade())) return id === 'all' ? NOTHING : quarantine;
    if (sink.checkpoint === null) await sink.start();
    return quarantine;
  };
  return {
    list: () => quarantine.list(),
    show: (id) => quarantine.show(id),
    retry: async (id) => (await askRunning(config, 'retry', id)) ?? (await (await started(id)).retry(id)),
    drop: async (id) => (await askRunning(config, 'drop', id)) ?? (await (await started(id)).drop(id)),
    close: () => sink.close(),
  };
};

const NOTHING: Pick<Quarantine, 'retry' | 'drop'> = {
  retry: async () => ({ applied: 0, remaining: 0 }),
  drop: async () => ({ dropped: 0 }),
};

/** null: no process applies. */
async function askRunning<Method extends 'retry' | 'drop'>(
  { control: { socket } }: Config,
  method: Method,
  id: string,
): Promise<Awaited<ReturnType<Quarantine[Method]>> | null> {
  const answer = await askAction(socket, { method: `quarantine.${method}`, params: { id } });
  // The other side is of one version or nearly, and its own type says what it answers.
  return answer === null ? null : (answer.data as Awaited<ReturnType<Quarantine[Method]>>);
}
