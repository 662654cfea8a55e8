import type { OpenQuarantine } from './run-option.ts';
import { sinkOf } from './sink-of.ts';

/** Lets looking wait for nothing; `retry` and `drop` take the sink's place while no pipeline runs. */
export const openQuarantine: OpenQuarantine = async (config) => {
  const sink = sinkOf(config);
  const { quarantine } = sink;
  const started = async () => {
    if (sink.checkpoint === null) await sink.start();
  };
  return {
    list: () => quarantine.list(),
    show: (id) => quarantine.show(id),
    retry: async (id) => {
      await started();
      return await quarantine.retry(id);
    },
    drop: async (id) => {
      await started();
      return await quarantine.drop(id);
    },
    close: () => sink.close(),
  };
};
