import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Backlog } from './backlog.ts';
import { type Figure, figure } from './figure.ts';
import { cpuSeconds } from './process-usage.ts';
import { SluiceProcess } from './sluice-process.ts';
import type { Stage } from './stage.ts';
import { disposable, fillTable, rowValues } from './table.ts';

const BIG_ROWS = 300_000;
const BIG_FROM = 500_000_000;
const SENTINEL = 900_000_000;
const COMMITS = 200;
const BETWEEN_COMMITS_MS = 60;

export interface WholeOptions {
  /** CPU profiles of the pipeline go here. */
  readonly profileFolder: string | null;
}

/** The whole line, as the process that a user runs. */
export class Whole {
  readonly #stage: Stage;
  readonly #options: WholeOptions;

  constructor(stage: Stage, options: WholeOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  /** From the start of the process to the last row applied. */
  async snapshot(rows: number): Promise<Figure> {
    // `snapshot.state` tells of reading; the pipeline is streaming once the last row is applied.
    return await this.#measured('snapshot, end to end', rows, (sluice) =>
      sluice.untilStatus(({ state }) => state === 'streaming'),
    );
  }

  /** From the start of the process to the last change visible. */
  async backlog({ changes, transactions }: Backlog): Promise<Figure> {
    return await this.#caughtUp(`backlog of ${transactions} transactions, end to end`, changes);
  }

  async bigTransaction(): Promise<Figure> {
    await fillTable(this.#stage.from.url, 'item', { from: BIG_FROM, rows: BIG_ROWS, isOne: true });
    return await this.#caughtUp('one transaction, end to end', BIG_ROWS);
  }

  /** Single commits on an idle line: from before the statement is sent to visible at the target. */
  async latency(): Promise<Figure> {
    await using sluice = new SluiceProcess(this.#stage, null);
    await sluice.untilStatus(({ isCaughtUp }) => isCaughtUp);
    await sleep(2_000);
    const before = sluice.usage().cpuSeconds;
    const startedMs = performance.now();
    const tookMs: number[] = [];
    await using source = await disposable(this.#stage.from.url);
    await using target = await watcher(this.#stage.to.url);
    for (let i = 1; i <= COMMITS; i++) {
      await sleep(BETWEEN_COMMITS_MS);
      const sentMs = performance.now();
      await source.link.query(`INSERT INTO purchase SELECT ${rowValues(`(${SENTINEL} + ${i})`)}`);
      while (!(await target.sees('purchase', SENTINEL + i))) await sleep(1);
      tookMs.push(performance.now() - sentMs);
    }
    const seconds = (performance.now() - startedMs) / 1e3;
    const cpu = sluice.usage().cpuSeconds - before;
    const { peakBytes } = sluice.usage();
    await sluice.stop();
    tookMs.sort((a, b) => a - b);
    const at = (ratio: number) => (tookMs[Math.floor(tookMs.length * ratio)] ?? 0).toFixed(1);
    return figure('single commits, commit to visible', COMMITS, seconds, {
      cpuUsPerRow: (cpu * 1e6) / COMMITS,
      peakMiB: peakBytes / 2 ** 20,
      detail: `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
    });
  }

  async #caughtUp(name: string, rows: number): Promise<Figure> {
    await using source = await disposable(this.#stage.from.url);
    await using target = await watcher(this.#stage.to.url);
    const id = SENTINEL - Math.floor(performance.now());
    await source.link.query(`INSERT INTO payment SELECT ${rowValues(`(${id})`)}`);
    return await this.#measured(name, rows, (sluice) => sluice.until(() => target.sees('payment', id)));
  }

  async #measured(name: string, rows: number, until: (sluice: SluiceProcess) => Promise<void>): Promise<Figure> {
    const servers = this.#serverCpu();
    await using sluice = new SluiceProcess(this.#stage, this.#options.profileFolder);
    await until(sluice);
    const seconds = (performance.now() - sluice.startedMs) / 1e3;
    const { cpuSeconds: cpu, peakBytes } = sluice.usage();
    const used = this.#serverCpu();
    await sluice.stop();
    return figure(name, rows, seconds, {
      cpuUsPerRow: (cpu * 1e6) / rows,
      peakMiB: peakBytes / 2 ** 20,
      sourceCpuSeconds: used.source - servers.source,
      targetCpuSeconds: used.target - servers.target,
      ...(this.#stage.kafka ? { kafkaCpuSeconds: used.kafka - servers.kafka } : {}),
    });
  }

  #serverCpu() {
    const { source, target, kafka } = this.#stage;
    return { source: cpuSeconds(source.pid), target: cpuSeconds(target.pid), kafka: cpuSeconds(kafka?.pid) };
  }
}

/** A reader of the target. */
export async function watcher(url: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  const sees = async (table: string, id: number) =>
    (await client.query(`SELECT 1 FROM ${table} WHERE id = ${id}`)).rowCount === 1;
  return { sees, [Symbol.asyncDispose]: () => client.end() };
}
