import type { Config } from '../config/config.ts';
import type { Direction } from '../contract/cutover.ts';
import type { Quarantine } from '../contract/quarantine.ts';
import { askAction } from '../control/client.ts';
import { readStanding } from './cutover/ending-gate.ts';
import { recordOnce } from './evidence/record-once.ts';
import { Reverse } from './reverse/reverse.ts';
import type { OpenedQuarantine, OpenQuarantine } from './run-option.ts';
import { sinkOf } from './sink-of.ts';

/**
 * Lets looking wait for nothing. `retry` and `drop` are done by the process that applies, between two of its
 * transactions; where none runs they take the sink's place.
 */
export const openQuarantine: OpenQuarantine = async (config, { by, way: asked }) => {
  const way = asked === 'now' ? await wayNow(config) : asked;
  return way === 'back' ? backQuarantine(config, by) : forwardQuarantine(config, by);
};

async function wayNow(config: Config): Promise<Direction> {
  return (await readStanding(config)).side === 'target' ? 'back' : 'forward';
}

/** On record before it is done, as the running process has it. */
async function noteAlone(config: Config, by: string, action: Asked, id: string): Promise<void> {
  const what = { action, via: 'command, no pipeline runs', params: { id } };
  await recordOnce(config, { kind: 'action', atMs: Date.now(), who: by, what });
}

function forwardQuarantine(config: Config, by: string): OpenedQuarantine {
  const sink = sinkOf(config);
  const { quarantine } = sink;
  /** Starting the sink would make its tables: before the first run there is nothing to act on. */
  const started = async (id: string) => {
    if (!(await quarantine.isMade())) return id === 'all' ? NOTHING : quarantine;
    if (sink.checkpoint === null) await sink.start();
    return quarantine;
  };
  const alone = async <Method extends 'retry' | 'drop'>(method: Method, id: string) => {
    await noteAlone(config, by, `quarantine.${method}`, id);
    return (await (await started(id))[method](id)) as Awaited<ReturnType<Quarantine[Method]>>;
  };
  return {
    way: 'forward',
    list: () => quarantine.list(),
    show: (id) => quarantine.show(id),
    retry: async (id) => (await askRunning(config, 'quarantine.retry', { id, by })) ?? (await alone('retry', id)),
    drop: async (id) => (await askRunning(config, 'quarantine.drop', { id, by })) ?? (await alone('drop', id)),
    close: () => sink.close(),
  };
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

function backQuarantine(config: Config, by: string): OpenedQuarantine {
  const reverse = new Reverse({ config, logger: SILENT });
  const alone = async <T>(action: Asked, id: string, act: () => Promise<T>): Promise<T> => {
    await noteAlone(config, by, action, id);
    return await act();
  };
  return {
    way: 'back',
    list: () => reverse.quarantined(),
    show: (id) => reverse.quarantinedChange(id),
    retry: async (id) =>
      (await askRunning(config, 'way-back.retry', { id, by })) ??
      (await alone('way-back.retry', id, () => reverse.retry(id))),
    drop: async (id) =>
      (await askRunning(config, 'way-back.drop', { id, by })) ??
      (await alone('way-back.drop', id, () => reverse.giveUp(id))),
    close: async () => {},
  };
}

const NOTHING: Pick<Quarantine, 'retry' | 'drop'> = {
  retry: async () => ({ applied: 0, remaining: 0 }),
  drop: async () => ({ dropped: 0 }),
};

type Asked = 'quarantine.retry' | 'quarantine.drop' | 'way-back.retry' | 'way-back.drop';
type AnswerOf<Method extends Asked> = Awaited<
  ReturnType<Quarantine[Method extends `${string}.retry` ? 'retry' : 'drop']>
>;

/** null: no process applies. */
async function askRunning<Method extends Asked>(
  { control: { socket } }: Config,
  method: Method,
  asked: { readonly id: string; readonly by: string },
): Promise<AnswerOf<Method> | null> {
  const answer = await askAction(socket, { method, params: asked });
  // The other side is of one version or nearly, and its own type says what it answers.
  return answer === null ? null : (answer.data as AnswerOf<Method>);
}
