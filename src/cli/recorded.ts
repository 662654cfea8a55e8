import type { Config } from '../config/config.ts';
import { SluiceError } from '../contract/error.ts';
import type { Outcome } from './outcome.ts';
import type { Call } from './verb.ts';
import { askerOf } from './who-asks.ts';

export interface RecordedAct {
  /** The verb. */
  readonly action: string;
  /** What was asked for, without secrets. */
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Does what a command does by itself, and keeps on the target who asked for it and what came of it, for the evidence. That
 * it cannot be kept, before a first run or while the target is away, ends nothing.
 */
export async function recorded(
  call: Call,
  config: Config,
  act: RecordedAct,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const atMs = Date.now();
  const note = async (code: string | undefined) => {
    const outcome = code === undefined ? { outcome: 'done' } : { outcome: 'not done', code };
    const what = { ...act, via: 'command', ...outcome, tookMs: Date.now() - atMs };
    await call.ports.record?.(config, { kind: 'action', atMs, who: call.output.scrubber.text(askerOf(call)), what });
  };
  try {
    const outcome = await work();
    await note(outcome.error?.code);
    return outcome;
  } catch (error) {
    await note(error instanceof SluiceError ? error.code : 'INTERNAL');
    throw error;
  }
}
