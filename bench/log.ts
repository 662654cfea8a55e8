/** Rates of the log alone: `node bench/log.ts embedded|kafka [scale] [broker]`. One line of JSON per figure. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, cpuUsage, memoryUsage, stdout } from 'node:process';
import type { ChangeLog, EpochFooter, LogRecord, LogWriter } from '../src/contract/change-log.ts';
import type { Position } from '../src/contract/position.ts';
import { openLog } from '../src/log/open-log.ts';
import { startServer } from '../src/servers/server.ts';

const valueBytes = 250;
const batchRows = 1_000;
const topics = ['shop.order', 'shop.item', 'shop.stock', 'shop.payment', 'shop.audit'];

const batch: readonly LogRecord[] = Array.from({ length: batchRows }, (_, index) => ({
  topic: topics[index % topics.length] as string,
  key: Buffer.alloc(9, index),
  value: Buffer.alloc(valueBytes, index),
}));
const bytesOf = (rows: number) => rows * (valueBytes + 9);

let reached: Position | null = null;
function nextFooter(): EpochFooter {
  const start = reached;
  const number: number = reached === null ? 1 : Number(reached.text) + 1;
  reached = { server: 'mysql', text: String(number) };
  return { start, reached, firstCommitUs: 1n, lastCommitUs: 2n, transactions: 1, state: new Map() };
}

function report(name: string, figures: Record<string, number>): void {
  const rounded = Object.entries(figures).map(([key, value]) => [key, Number(value.toPrecision(4))]);
  stdout.write(`${JSON.stringify({ name, ...Object.fromEntries(rounded) })}\n`);
}

interface Run {
  readonly epochs: number;
  readonly rows: number;
  /** Commits that may be under way at once. */
  readonly ahead: number;
}

async function timed(name: string, rows: number, act: () => Promise<void>): Promise<void> {
  const [began, cpu] = [performance.now(), cpuUsage()];
  await act();
  const seconds = (performance.now() - began) / 1e3;
  const { user, system } = cpuUsage(cpu);
  const [rowsPerSecond, mbPerSecond] = [rows / seconds, bytesOf(rows) / seconds / 1e6];
  report(name, {
    rows,
    seconds,
    rowsPerSecond,
    mbPerSecond,
    cpuUsPerRow: (user + system) / rows,
    rssMb: memoryUsage.rss() / 1e6,
  });
}

async function write(writer: LogWriter, { epochs, rows, ahead }: Run): Promise<void> {
  const commits: Promise<unknown>[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let row = 0; row < rows; row += batchRows) {
      await writer.append(rows - row < batchRows ? batch.slice(0, rows - row) : batch);
    }
    commits.push(writer.commit(nextFooter()));
    if (commits.length > ahead) await commits.shift();
  }
  await Promise.all(commits);
}

async function read(log: ChangeLog, from: number, epochs: number): Promise<void> {
  let [left, bytes] = [epochs, 0];
  for await (const epoch of log.read({ from, signal: new AbortController().signal })) {
    for await (const records of epoch.read()) for (const { value } of records) bytes += value?.length ?? 0;
    if (--left === 0) break;
  }
  if (bytes === 0) throw new Error('nothing was read');
}

/** One record, committed and waited for by a reader, again and again. */
async function latency(log: ChangeLog, writer: LogWriter, count: number): Promise<void> {
  const from = writer.head.last?.next ?? 0;
  const epochs = log.read({ from, signal: new AbortController().signal })[Symbol.asyncIterator]();
  const tookMs: number[] = [];
  for (let i = 0; i < count; i++) {
    const next = epochs.next();
    const began = performance.now();
    await writer.append(batch.slice(0, 1));
    const committed = writer.commit(nextFooter());
    const { value: epoch } = await next;
    for await (const records of epoch.read()) if (records.length !== 1) throw new Error('not one record');
    tookMs.push(performance.now() - began);
    await committed;
  }
  await epochs.return?.();
  tookMs.sort((a, b) => a - b);
  const at = (ratio: number) => tookMs[Math.floor(tookMs.length * ratio)] as number;
  report('one row, append to visible', { count, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: tookMs.at(-1) as number });
}

const runs: Readonly<Record<string, Run>> = {
  'epochs of 100,000 rows': { epochs: 20, rows: 100_000, ahead: 1 },
  'epochs of 5,000 rows': { epochs: 200, rows: 5_000, ahead: 2 },
  'epochs of 100 rows': { epochs: 3_000, rows: 100, ahead: 100 },
  'epochs of 1 row': { epochs: 20_000, rows: 1, ahead: 1_000 },
};

async function bench(log: ChangeLog, scale: number): Promise<void> {
  const writer = await log.openWriter();
  for (const [name, run] of Object.entries(runs)) {
    const scaled = { ...run, epochs: Math.max(1, Math.round(run.epochs * scale)) };
    const from = writer.head.last?.next ?? 0;
    await timed(`append and commit, ${name}`, scaled.epochs * run.rows, () => write(writer, scaled));
    await timed(`read, ${name}`, scaled.epochs * run.rows, () => read(log, from, scaled.epochs));
  }
  await latency(log, writer, 500);
  await log.close();
}

const [, , kind = 'embedded', scale = '1', brokers] = argv;

async function benchEmbedded(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-log-'));
  await bench(openLog({ kind: 'embedded', directory: join(folder, 'log') }), Number(scale));
  await rm(folder, { recursive: true });
}

async function benchKafka(): Promise<void> {
  const kafka = brokers === undefined ? await startServer('kafka') : undefined;
  const topicPrefix = `bench${Date.now()}`;
  await bench(openLog({ kind: 'kafka', brokers: [brokers ?? (kafka?.url as string)], topicPrefix }), Number(scale));
  await kafka?.stop();
}

await (kind === 'kafka' ? benchKafka() : benchEmbedded());
