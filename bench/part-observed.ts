import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeBacklog } from './backlog.ts';
import { type Figure, figure } from './figure.ts';
import { SluiceProcess } from './sluice-process.ts';
import type { Stage } from './stage.ts';
import { disposable, rowValues } from './table.ts';
import { watcher } from './whole.ts';

/** Pairs of runs, one with all that observes and one without, in turn first. */
const PAIRS = 4;
const SCRAPE_EVERY_MS = 1_000;
/** Key of the last row of a backlog, above all others. */
const SENTINEL = 700_000_000;

type Mode = 'with' | 'without';

const MORE: Readonly<Record<Mode, string>> = {
  with: 'http: { listen: "127.0.0.1:0" }\n',
  without: 'http: { listen: off }\n',
};
const HEARTBEAT: Readonly<Record<Mode, string>> = { with: '1s', without: '1m' };

/**
 * What page, API, metrics, history and heartbeat cost of a backlog: each run catches up with one that was made while its
 * process stood still, so that no start is in it. CPU of our process a change; the machine's load is in neither.
 */
export async function measureObserved(
  stage: Stage,
  { rows, changes }: { readonly rows: number; readonly changes: number },
  tell: (figure: Figure) => void,
): Promise<void> {
  const text = await readFile(stage.file, 'utf8');
  const cpuUs: Record<Mode, number[]> = { with: [], without: [] };
  let runs = 1;
  try {
    for (let pair = 0; pair < PAIRS; pair++) {
      const order: readonly Mode[] = pair % 2 === 0 ? ['without', 'with'] : ['with', 'without'];
      for (const mode of order) {
        // Each backlog begins behind the keys of the last one.
        const one = await observed(stage, mode, { text, rows: rows + runs++ * changes, changes });
        cpuUs[mode].push(one.cpuUsPerRow ?? Number.NaN);
        tell(one);
      }
    }
  } finally {
    await writeFile(stage.file, text);
  }
  const [on, off] = [median(cpuUs.with), median(cpuUs.without)];
  const detail = `${on.toFixed(2)} us with, ${off.toFixed(2)} us without: ${((on / off - 1) * 100).toFixed(1)} %`;
  tell(figure('all observation, medians', 0, 1, { detail }));
}

interface Work {
  readonly text: string;
  readonly rows: number;
  readonly changes: number;
}

async function observed(stage: Stage, mode: Mode, { text, rows, changes }: Work): Promise<Figure> {
  const source = text.replace(/^source: \{/m, `source: { heartbeat: ${HEARTBEAT[mode]},`);
  await writeFile(stage.file, `${source}${MORE[mode]}`);
  await using sluice = new SluiceProcess(stage, null);
  const end = new AbortController();
  await using target = await watcher(stage.to.url);
  const state = { page: null as string | null, rows: 0 };
  const look = () =>
    sluice.untilStatus((status) => {
      Object.assign(state, { page: status.page, rows: status.stages.at(-1)?.rows ?? 0 });
      return status.isCaughtUp && status.state === 'streaming' && (mode === 'without' || status.page !== null);
    });
  try {
    await look();
    const { page, rows: appliedBefore } = state;
    const watching =
      page === null ? [] : [watch(`${page}/api/v1/events`, end.signal), scrape(page, SCRAPE_EVERY_MS, end.signal)];
    process.kill(sluice.pid, 'SIGSTOP');
    await withSentinel(stage, { rows, changes }).finally(() => process.kill(sluice.pid, 'SIGCONT'));
    const [before, startedMs] = [sluice.usage().cpuSeconds, performance.now()];
    // Asks the target and not the process, whose CPU is what is measured.
    await sluice.until(() => target.sees('payment', SENTINEL + rows));
    const [cpu, seconds] = [sluice.usage().cpuSeconds - before, (performance.now() - startedMs) / 1e3];
    end.abort();
    await Promise.all(watching);
    await look();
    await sluice.stop();
    const applied = state.rows - appliedBefore;
    return figure(`backlog ${mode} observation`, applied, seconds, { cpuUsPerRow: (cpu * 1e6) / applied });
  } finally {
    end.abort();
  }
}

/** The last change of the backlog is one that can be looked for. */
async function withSentinel({ from }: Stage, { rows, changes }: Pick<Work, 'rows' | 'changes'>): Promise<void> {
  await makeBacklog(from.url, rows, changes);
  await using source = await disposable(from.url);
  await source.link.query(`INSERT INTO payment SELECT ${rowValues(`(${SENTINEL + rows})`)}`);
}

/** A page that is open. */
export async function watch(url: string, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(url, { signal });
    for await (const _ of body ?? []);
  } catch {
    // The end.
  }
}

export async function scrape(page: string, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fetch(`${page}/metrics`, { signal })
      .then((answer) => answer.text())
      .catch(() => '');
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low = Number.NaN, high = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}
