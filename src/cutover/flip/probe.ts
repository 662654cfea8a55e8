import { setTimeout as sleep } from 'node:timers/promises';
import { flipError } from './error.ts';
import { resultWords, runCommand } from './run-command.ts';

/** What the application must answer, and in what time. */
export type Probe = (UrlProbe | CommandProbe) & {
  /** Of one try. */
  readonly tryMs: number;
  /** Until it must have answered well. */
  readonly limitMs: number;
  readonly secrets?: readonly string[];
};

interface UrlProbe {
  readonly url: string;
  /** Default: any of 2xx. */
  readonly status?: number;
  /** Must stand in the answer. */
  readonly text?: string;
}

interface CommandProbe {
  /** A line for `sh -c` that ends with 0 when all is well. */
  readonly line: string;
  /** How it is called where it is told of: the line may hold secrets. Default: the line. */
  readonly shown?: string;
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ProbeResult {
  readonly isHealthy: boolean;
  readonly words: string;
}

/** One try. */
export async function probeOnce(probe: Probe, signal?: AbortSignal): Promise<ProbeResult> {
  if ('url' in probe) return await probeUrl(probe, signal);
  const result = await runCommand({ ...probe, limitMs: probe.tryMs, ...(signal === undefined ? {} : { signal }) });
  return {
    isHealthy: result.outcome === 'done',
    words: `${probe.shown ?? probe.line} ${resultWords(result, probe.tryMs)}`,
  };
}

/** Tries until the application is well; FLIP_UNHEALTHY with its last answer when it is not in time. */
export async function awaitHealthy(probe: Probe, signal?: AbortSignal): Promise<string> {
  const endMs = performance.now() + probe.limitMs;
  for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, 2_000)) {
    const { isHealthy, words } = await probeOnce(probe, signal);
    if (isHealthy) return words;
    if (signal?.aborted || performance.now() + pauseMs >= endMs) throw flipError('FLIP_UNHEALTHY', words);
    await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

async function probeUrl(probe: UrlProbe & { readonly tryMs: number }, signal?: AbortSignal): Promise<ProbeResult> {
  const { url, status, text, tryMs } = probe;
  const late = AbortSignal.timeout(tryMs);
  const { origin, pathname } = new URL(url);
  const shown = `GET ${origin}${pathname}`;
  try {
    const response = await fetch(url, { signal: signal === undefined ? late : AbortSignal.any([late, signal]) });
    const body = await response.text();
    const isRight = status === undefined ? response.ok : response.status === status;
    if (!isRight) return { isHealthy: false, words: `${shown} answered ${response.status}` };
    if (text !== undefined && !body.includes(text))
      return { isHealthy: false, words: `${shown} answered ${response.status} without the text` };
    return { isHealthy: true, words: `${shown} answered ${response.status}` };
  } catch {
    return { isHealthy: false, words: `${shown} did not answer within ${tryMs} ms` };
  }
}
