import { type BackupWatch, hours } from '../../backup/fresh.ts';
import type { Config } from '../../config/config.ts';
import type { GateFinding } from '../../cutover/gate.ts';

/** Whether there is a backup to go back to when all else fails. `sourceId`: identity of the source now. */
export async function backupGate(
  { backup, pipeline }: Config,
  watch: BackupWatch,
  sourceId: () => Promise<string>,
): Promise<GateFinding> {
  const { maxAgeMs, directory } = backup;
  if (maxAgeMs === null)
    return { gate: 'backup', value: 'none is asked for', threshold: 'backup.maxAge is not set', problems: [] };
  const found = await watch.judge({ directory, pipeline, maxAgeMs, sourceId: await sourceId(), nowMs: Date.now() });
  const name = found.folder ?? 'the newest backup';
  return {
    gate: 'backup',
    value: `${name}, ${hours(found.ageMs ?? 0)} old, restored and whole`,
    threshold: `both sides, restored as a test, within ${hours(maxAgeMs)}`,
    problems: found.problems.map((text) => ({ text: `${name}: ${text}`, cure: 'sluice backup.' })),
  };
}
