import type { ChangeLog, Epoch, LogHead } from '../contract/change-log.ts';
import type { Checkpoint } from '../sink/checkpoint.ts';
import type { DecodedEpoch } from '../sink/epoch.ts';
import type { Sink } from '../sink/sink.ts';
import { Decoder } from '../transform/decode.ts';

export interface ApplyOptions {
  readonly log: ChangeLog;
  readonly sink: Sink;
  readonly signal: AbortSignal;
  /** An epoch was found in the log, before it is applied. */
  readonly onFound?: (epoch: Epoch) => void;
  /** The sink is connected and stands here; null before the first epoch. */
  readonly onStart?: (checkpoint: Checkpoint | null) => void;
}

/** The second half of the line: epochs of the log, decoded, into the target, from the target's own checkpoint on. */
export async function runApply(options: ApplyOptions): Promise<void> {
  const { log, sink, signal } = options;
  const head = await log.head();
  const checkpoint = await sink.start(head);
  options.onStart?.(checkpoint);
  try {
    const epochs = log.read(checkpoint ? { from: checkpoint.next, signal } : { signal });
    await sink.apply(decoded(epochs, head, options), signal);
  } finally {
    await sink.close();
  }
}

async function* decoded(
  epochs: AsyncIterable<Epoch>,
  head: LogHead,
  options: ApplyOptions,
): AsyncIterable<DecodedEpoch> {
  const decoder = new Decoder((id) => options.log.schema(id));
  for await (const epoch of epochs) {
    options.onFound?.(epoch);
    yield { header: epoch, logId: head.logId, changes: () => changesOf(epoch, decoder) };
  }
}

/** The sink reads one epoch at a time, so that one decoder, with its layouts, serves them all. */
async function* changesOf(epoch: Epoch, decoder: Decoder) {
  decoder.reset();
  for await (const records of epoch.read()) yield await decoder.decode(records);
}
