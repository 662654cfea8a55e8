import { join } from 'node:path';
import type { Change } from '../src/contract/change.ts';
import type { ChangeLog } from '../src/contract/change-log.ts';
import type { Position } from '../src/contract/position.ts';
import { openLog } from '../src/log/open-log.ts';
import { type Figure, figure } from './figure.ts';
import { type DecodedBatches, decodeAll, encodeAll, readEpochs, writerOf } from './part-log.ts';
import { readChanges, readRows } from './part-source.ts';
import { applyAll, copyReady, copyTarget, copyText, startSink } from './part-target.ts';
import { cpuSeconds } from './process-usage.ts';
import type { Stage } from './stage.ts';

/** Rows that go through the parts after reading: enough for a steady rate, few enough to be held in memory. */
const KEPT_ROWS = 200_000;
const EPOCH_BATCHES = 10;

/** Each part of the line alone, one after another, in this process, over the same rows. */
export class Parts {
  readonly #stage: Stage;
  readonly #told: (figure: Figure) => void;
  #logs = 0;

  constructor(stage: Stage, told: (figure: Figure) => void) {
    this.#stage = stage;
    this.#told = told;
  }

  async snapshot(totalRows: number): Promise<void> {
    const rows = await this.#part('rows: read from the source', totalRows, () => readRows(this.#stage, KEPT_ROWS));
    const epochs = await this.#through('rows', rows);
    await this.#sink('rows: sink', { database: 'parts_rows', isEmpty: true }, epochs);
    const url = await copyTarget(this.#stage, 'parts_copy', true);
    const make = await copyText(url, rows);
    const text = await this.#part('rows: Avro to COPY text', rows.length, async () => make());
    await this.#part('rows: COPY of ready text, one stream', rows.length, () => copyReady(url, text));
  }

  /** Changes that were made after `from`; the target's database must stand before them. */
  async backlog(from: Position, count: number): Promise<void> {
    const read = () => readChanges(this.#stage, from, count);
    const changes = await this.#part('changes: read from the binlog', count, read);
    const epochs = await this.#through('changes', changes);
    await this.#sink('changes: sink', { database: 'parts_changes', isEmpty: false }, epochs);
  }

  async #through(what: string, changes: readonly Change[]): Promise<readonly DecodedBatches[]> {
    await this.#part(`${what}: encode`, rowsOf(changes), () => encodeAll(changes));
    if (this.#stage.kafka) await this.#log(`${what}: Kafka log`, this.#kafkaLog(), changes);
    const directory = join(this.#stage.folder, `parts${this.#logs++}`);
    return await this.#log(`${what}: embedded log`, openLog({ kind: 'embedded', directory }), changes);
  }

  #kafkaLog(): ChangeLog {
    const brokers = [this.#stage.kafka?.url ?? ''];
    const options = { brokers, topicPrefix: `parts${this.#logs++}`, partitions: 1, replicationFactor: 1 };
    return openLog({ kind: 'kafka', ...options });
  }

  async #log(what: string, log: ChangeLog, changes: readonly Change[]): Promise<readonly DecodedBatches[]> {
    const rows = rowsOf(changes);
    const writer = await writerOf(log, changes, EPOCH_BATCHES);
    const epochs = await this.#part(`${what}, append and commit`, rows, () => writer.append());
    await writer.close();
    const kept = await this.#part(`${what}, read`, rows, () => readEpochs(log, epochs));
    const decoded = await this.#part(`${what}, decode`, rows, () => decodeAll(log, kept));
    await log.close();
    return decoded;
  }

  async #sink(name: string, to: { database: string; isEmpty: boolean }, epochs: readonly DecodedBatches[]) {
    const sink = await startSink(await copyTarget(this.#stage, to.database, to.isEmpty));
    const rows = epochs.reduce((sum, { batches }) => sum + rowsOf(batches.flat()), 0);
    await this.#part(name, rows, () => applyAll(sink, epochs));
    await sink.close();
  }

  async #part<T>(name: string, rows: number, work: () => Promise<T>): Promise<T> {
    const { source, target, kafka } = this.#stage;
    const servers = () => [source, target, kafka].map((server) => cpuSeconds(server?.pid));
    const [before, cpu, startedMs] = [servers(), process.cpuUsage(), performance.now()];
    const result = await work();
    const seconds = (performance.now() - startedMs) / 1e3;
    const { user, system } = process.cpuUsage(cpu);
    const [sourceCpuSeconds = 0, targetCpuSeconds = 0] = servers().map((now, i) => now - (before[i] ?? 0));
    const cpuUsPerRow = (user + system) / rows;
    this.#told(figure(name, rows, seconds, { cpuUsPerRow, sourceCpuSeconds, targetCpuSeconds }));
    return result;
  }
}

function rowsOf(changes: readonly Change[]): number {
  return changes.reduce((sum, { tag }) => sum + (tag === 'row' ? 1 : 0), 0);
}
