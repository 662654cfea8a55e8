/** Epochs whose content follows from their number alone, so that any process can write them and any other check them. */
import type {
  ChangeLog,
  Epoch,
  EpochFooter,
  EpochHeader,
  LogRecord,
  LogWriter,
} from '../../src/contract/change-log.ts';
import type { Position } from '../../src/contract/position.ts';

export const positionOf = (number: number): Position => ({ server: 'mysql', text: `uuid:1-${number}` });

/** Where epoch `number` starts, what it reaches and the state it sets; state keys of the last five epochs stay. */
export function footerOf(number: number): EpochFooter {
  return {
    start: number === 1 ? null : positionOf(number - 1),
    reached: positionOf(number),
    firstCommitUs: BigInt(number) * 1_000_000n + 2n ** 60n,
    lastCommitUs: BigInt(number) * 1_000_000n + 2n ** 60n + 1n,
    transactions: 1,
    state: new Map<string, string | null>([
      [`mark-${number}`, `done ${number}`],
      [`mark-${number - 5}`, null],
    ]),
  };
}

export function stateAfter(number: number): Map<string, string> {
  const numbers = [4, 3, 2, 1, 0].map((back) => number - back).filter((each) => each > 0);
  return new Map(numbers.map((each) => [`mark-${each}`, `done ${each}`]));
}

const letters = Buffer.from('abcdefghijklmnopqrstuvwxyz'.repeat(64));

export function recordOf(number: number, index: number): LogRecord {
  const key = Buffer.from(`${number}/${index}`);
  const size = (number * 31 + index * 17) % 600;
  const record = { topic: `shop.table_${index % 3}`, key: index % 11 === 10 ? null : key };
  if (index % 7 === 6) return { ...record, value: null };
  const value = Buffer.concat([key, letters.subarray(size % 26, size)]);
  return index % 5 === 4
    ? { ...record, value, headers: { newkey: key, empty: Buffer.alloc(0) } }
    : { ...record, value };
}

export function recordsOf(number: number, count: number): LogRecord[] {
  return Array.from({ length: count }, (_, index) => recordOf(number, index));
}

export async function writeEpoch(writer: LogWriter, number: number, count: number): Promise<EpochHeader> {
  await writer.append(recordsOf(number, count));
  return writer.commit(footerOf(number));
}

export async function writeEpochs(writer: LogWriter, counts: readonly number[]): Promise<EpochHeader[]> {
  const headers: EpochHeader[] = [];
  for (const count of counts) headers.push(await writeEpoch(writer, (writer.head.last?.number ?? 0) + 1, count));
  return headers;
}

export async function recordsIn(epoch: Epoch): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const batch of epoch.read()) records.push(...batch);
  return records;
}

const textOf = ({ topic, key, value, headers }: LogRecord): string =>
  [topic, latin1(key), latin1(value), ...Object.entries(headers ?? {}).flatMap(([k, v]) => [k, latin1(v)])].join('|');

const latin1 = (bytes: Uint8Array | null): string =>
  bytes === null ? 'null' : `=${Buffer.from(bytes).toString('latin1')}`;

/** Whether the epoch holds what its number says; quicker than comparing object by object. */
export async function isIntact(epoch: Epoch): Promise<boolean> {
  let index = 0;
  for await (const batch of epoch.read()) {
    for (const record of batch) if (textOf(record) !== textOf(recordOf(epoch.number, index++))) return false;
  }
  return index === epoch.records;
}

/** Reads `count` epochs from `from` on. */
export async function take(log: ChangeLog, count: number, from?: number): Promise<Epoch[]> {
  const epochs: Epoch[] = [];
  if (count === 0) return epochs;
  const { signal } = new AbortController();
  for await (const epoch of log.read(from === undefined ? { signal } : { from, signal })) {
    epochs.push(epoch);
    if (epochs.length === count) break;
  }
  return epochs;
}

/** Reads up to the log's end as it stands now. */
export async function takeAll(log: ChangeLog): Promise<Epoch[]> {
  const { last } = await log.head();
  const epochs: Epoch[] = [];
  if (last === null) return epochs;
  for await (const epoch of log.read({ signal: new AbortController().signal })) {
    epochs.push(epoch);
    if (epoch.number >= last.number) break;
  }
  return epochs;
}
