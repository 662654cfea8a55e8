import { fileURLToPath } from 'node:url';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { askStatus } from '../../src/control/client.ts';
import { PipelineProcess } from '../../src/demo/pipeline-process.ts';
import { type Line, pause } from './line.ts';

export type HalfVerb = 'run' | 'capture' | 'apply';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A real process on the line's configuration, to be killed or asked to stop. */
export function startProcess(line: Line, verb: HalfVerb = 'run', flags: readonly string[] = []): PipelineProcess {
  const words = [verb, '--config', line.file, '--quiet', ...flags];
  return PipelineProcess.start([process.execPath, MAIN], words, line.folder);
}

export interface Waited {
  /** None of them may end by itself meanwhile. */
  readonly processes: readonly PipelineProcess[];
  readonly limitMs?: number;
}

/** Asks the running pipeline over its socket until `isThere`. */
export async function untilProcess(
  line: Line,
  isThere: (status: PipelineStatus) => boolean,
  { processes, limitMs = 120_000 }: Waited,
): Promise<PipelineStatus> {
  let last: PipelineStatus | null = null;
  for (const startedMs = performance.now(); performance.now() - startedMs < limitMs; await pause(50)) {
    for (const each of processes) {
      if (!each.isRunning)
        throw new Error(`a process ended by itself with exit code ${await each.ended}:\n${each.log}`);
    }
    last = await askStatus(line.config.control.socket).catch(() => last);
    if (last && isThere(last)) return last;
  }
  throw new Error(`not reached in ${limitMs} ms: ${JSON.stringify(last)}`);
}
