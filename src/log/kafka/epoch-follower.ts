import type { LogRecord } from '../../contract/change-log.ts';
import { ControlFold, type FoldStart, type SeenEpoch } from './control-fold.ts';
import type { ControlTopic } from './control-topic.ts';
import { EpochRows } from './epoch-rows.ts';
import type { RowFetcher } from './partition-rows.ts';

/** The broker answers as soon as there is something; this only bounds how long a question stays open. */
const waitMs = 10_000;

/** Follows the control topic from `from` on: the epochs that count, in order, as they come. */
export async function* followEpochs(control: ControlTopic, start: FoldStart, from: number): AsyncGenerator<SeenEpoch> {
  const fold = new ControlFold(start);
  for (let at = from; ; ) {
    for (const { record, offset } of await control.fetch(at, waitMs)) {
      at = offset + 1;
      const seen = fold.take(record, offset);
      if (seen !== undefined) yield seen;
    }
  }
}

export function epochRows({ record }: SeenEpoch, fetcher: RowFetcher): AsyncGenerator<readonly LogRecord[]> {
  return new EpochRows(record, fetcher).read();
}
