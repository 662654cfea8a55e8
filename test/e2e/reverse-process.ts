import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readCheckpoint } from '../../src/mysql-sink/checkpoint.ts';
import { REVERSE_STATES, reversePlace } from '../../src/pipeline/reverse/place.ts';
import { emitDrain } from '../../src/postgres/wal-message.ts';
import { pause } from './line.ts';
import type { ReverseLine } from './reverse-line.ts';

/** A process that carries back; `step` null: it lives until it is told to stop. */
export function spawnReverse(
  { line }: ReverseLine,
  step: string | null = null,
  transactions = 1,
  flags: readonly string[] = [],
): ChildProcess {
  const script = new URL('./reverse-child.ts', import.meta.url).pathname;
  return spawn(process.execPath, [...flags, script, line.file, step ?? 'none', String(transactions)], {
    stdio: 'inherit',
  });
}

export async function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode ?? child.exitCode;
}

/** Until the source has all that the target has committed, whoever carries it. */
export async function drained(made: ReverseLine, child: ChildProcess, limitMs = 60_000): Promise<void> {
  const { pipeline } = made.line.config;
  const token = `test-${Math.random()}`;
  await emitDrain(made.target, pipeline, token);
  const place = reversePlace(made.line.config).checkpoint;
  for (const startedMs = performance.now(); ; await pause(50)) {
    if ((await readCheckpoint(made.source, place))?.drain === token) return;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the process ended: ${child.exitCode}`);
    if (performance.now() - startedMs > limitMs) throw new Error(`not drained: ${REVERSE_STATES.drain}`);
  }
}

export async function stopped(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  const exit = await ended(child);
  if (exit !== 0) throw new Error(`the process ended with ${exit}`);
}
