import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figure } from './figure.ts';
import { median, scrape, watch } from './part-observed.ts';
import { SluiceProcess } from './sluice-process.ts';
import type { Stage } from './stage.ts';
import { disposable } from './table.ts';

/** The engine compiles what runs for the first time. */
const WARM_MS = 5_000;
const WINDOW_MS = 10_000;
const BETWEEN_COMMITS_MS = 250;

interface Mode {
  readonly name: string;
  readonly heartbeat: string;
  readonly isServed: boolean;
  readonly pages: number;
  readonly scrapeEveryMs: number | null;
}

const BARE: Mode = { name: 'nothing', heartbeat: '1m', isServed: false, pages: 0, scrapeEveryMs: null };
const SERVED: Mode = { ...BARE, name: 'heartbeat 1 s, HTTP', heartbeat: '1s', isServed: true };
const MODES: readonly Mode[] = [
  BARE,
  SERVED,
  { ...SERVED, name: 'the same, a page', pages: 1 },
  { ...SERVED, name: 'the same, a page, scraped every 15 s', pages: 1, scrapeEveryMs: 15_000 },
  { ...SERVED, name: 'the same, a page, scraped every 1 s', pages: 1, scrapeEveryMs: 1_000 },
];

/**
 * What observation costs by the second, whatever the line carries: CPU of our process under a small steady traffic, each
 * mode in turn. A line at its limit has one thread, so a thousandth of a second lost to it is a thousandth of throughput.
 */
export async function measureWatched(stage: Stage, rounds: number, tell: (figure: Figure) => void): Promise<void> {
  const text = await readFile(stage.file, 'utf8');
  const cpuMs = new Map(MODES.map((mode) => [mode, [] as number[]]));
  try {
    for (let round = 0; round < rounds; round++)
      for (const mode of round % 2 === 0 ? MODES : [...MODES].reverse()) {
        const { cpuSeconds, seconds, commits } = await watched(stage, mode, text);
        cpuMs.get(mode)?.push((cpuSeconds * 1e3) / seconds);
        const detail = `${((cpuSeconds * 1e3) / seconds).toFixed(1)} ms CPU a second`;
        tell(figure(`steady, observed by ${mode.name}`, commits, seconds, { detail }));
      }
  } finally {
    await writeFile(stage.file, text);
  }
  const bare = median(cpuMs.get(BARE) ?? []);
  for (const [{ name }, values] of cpuMs) {
    const more = median(values) - bare;
    const detail = `${median(values).toFixed(1)} ms CPU a second, ${(more / 10).toFixed(2)} % of one thread more than by nothing`;
    tell(figure(`medians: ${name}`, 0, 1, { detail }));
  }
}

async function watched(stage: Stage, mode: Mode, text: string) {
  const source = text.replace(/^source: \{/m, `source: { heartbeat: ${mode.heartbeat},`);
  await writeFile(stage.file, `${source}http: { listen: ${mode.isServed ? '"127.0.0.1:0"' : 'off'} }\n`);
  await using sluice = new SluiceProcess(stage, null);
  const end = new AbortController();
  let page: string | null = null;
  await sluice.untilStatus((status) => {
    page = status.page;
    return status.isCaughtUp && status.state === 'streaming' && (!mode.isServed || page !== null);
  });
  const eyes = page === null ? [] : eyesOf(page, mode, end.signal);
  const traffic = trickle(stage, end.signal);
  await sleep(WARM_MS);
  const [before, startedMs] = [sluice.usage().cpuSeconds, performance.now()];
  await sleep(WINDOW_MS);
  const [cpuSeconds, seconds] = [sluice.usage().cpuSeconds - before, (performance.now() - startedMs) / 1e3];
  end.abort();
  await Promise.all(eyes);
  await sluice.stop();
  return { cpuSeconds, seconds, commits: Math.round(((await traffic) * seconds * 1e3) / (WARM_MS + WINDOW_MS)) };
}

function eyesOf(page: string, { pages, scrapeEveryMs }: Mode, signal: AbortSignal): Promise<void>[] {
  const open = Array.from({ length: pages }, () => watch(`${page}/api/v1/events`, signal));
  return scrapeEveryMs === null ? open : [...open, scrape(page, scrapeEveryMs, signal)];
}

/** Single commits until the signal; how many. */
async function trickle({ from }: Stage, signal: AbortSignal): Promise<number> {
  await using source = await disposable(from.url);
  let commits = 0;
  for (; !signal.aborted; commits++) {
    await source.link.query(`UPDATE payment SET total = total + 1 WHERE id = ${1 + (commits % 500)}`);
    await sleep(BETWEEN_COMMITS_MS);
  }
  return commits;
}
