import type { Change } from '../contract/change.ts';
import type { ChangeLog, Epoch, LogHead, LogOffset } from '../contract/change-log.ts';
import type { DecodedEpoch } from '../contract/epoch.ts';
import type { Checkpoint } from '../sink/checkpoint.ts';
import type { Sink } from '../sink/sink.ts';
import { Decoder } from '../transform/decode.ts';

export interface ApplyOptions {
  readonly log: ChangeLog;
  readonly sink: Sink;
  readonly signal: AbortSignal;
  /** Resolves when an epoch of so many rows may go to the target, or on abort. */
  readonly admit?: (rows: number, signal: AbortSignal) => Promise<void>;
  /** An epoch was found in the log, before it is applied. */
  readonly onFound?: (epoch: Epoch) => void;
  /** The sink is connected and stands here; null before the first epoch. */
  readonly onStart?: (checkpoint: Checkpoint | null) => Promise<void>;
}

/** The second half of the line: epochs of the log, decoded, into the target, from the target's own checkpoint on. */
export async function runApply(options: ApplyOptions): Promise<void> {
  const { log, sink } = options;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const head = await log.head();
  const checkpoint = await sink.start(head);
  try {
    await options.onStart?.(checkpoint);
    const epochs = log.read(checkpoint ? { from: checkpoint.next, signal } : { signal });
    await sink.apply(decoded(epochs, head, { ...options, signal }), options.signal, () => failed.abort());
  } finally {
    await sink.close();
  }
}

/** Changes of the epochs from an offset on, up to and with one that is in the log. LOG_PURGED where they are gone. */
export async function* recall(
  log: ChangeLog,
  { from, epoch, signal }: { readonly from: LogOffset; readonly epoch: number; readonly signal: AbortSignal },
): AsyncIterable<readonly Change[]> {
  const decoder = new Decoder((id) => log.schema(id));
  for await (const one of log.read({ from, signal })) {
    yield* changesOf(one, decoder);
    if (one.number >= epoch) return;
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
    await options.admit?.(epoch.records, options.signal);
    if (options.signal.aborted) return;
    yield { header: epoch, logId: head.logId, changes: () => changesOf(epoch, decoder) };
  }
}

/** The sink reads one epoch at a time, so that one decoder, with its layouts, serves them all. */
async function* changesOf(epoch: Epoch, decoder: Decoder) {
  decoder.reset();
  for await (const records of epoch.read()) yield await decoder.decode(records);
}
