import type { Change } from '../src/contract/change.ts';
import type { ChangeLog, EpochHeader, LogRecord } from '../src/contract/change-log.ts';
import { Decoder } from '../src/transform/decode.ts';
import { Encoder } from '../src/transform/encode.ts';

const BATCH_CHANGES = 1_000;

export async function encodeAll(changes: readonly Change[]): Promise<LogRecord[][]> {
  const encoder = encoderFor(async () => 1);
  const batches: LogRecord[][] = [];
  for (let at = 0; at < changes.length; at += BATCH_CHANGES) {
    batches.push(await encoder.encode(changes.slice(at, at + BATCH_CHANGES)));
  }
  return batches;
}

function encoderFor(registerSchema: (subject: string, schema: string) => Promise<number>): Encoder {
  return new Encoder({ identity: { version: '0', connector: 'mysql', name: 'parts' }, registerSchema });
}

/** Records with the log's own schema ids, ready to be appended as epochs of `epochBatches` batches. */
export async function writerOf(log: ChangeLog, changes: readonly Change[], epochBatches: number) {
  const writer = await log.openWriter();
  const encoder = encoderFor((subject, schema) => writer.registerSchema(subject, schema));
  const batches: LogRecord[][] = [];
  for (let at = 0; at < changes.length; at += BATCH_CHANGES) {
    batches.push(await encoder.encode(changes.slice(at, at + BATCH_CHANGES)));
  }
  let epochs = 0;
  const append = async () => {
    const commits: Promise<EpochHeader>[] = [];
    for (let at = 0; at < batches.length; at += epochBatches) {
      for (const batch of batches.slice(at, at + epochBatches)) await writer.append(batch);
      const position = (number: number) => ({ server: 'mysql', text: `part ${number}` }) as const;
      const start = epochs === 0 ? null : position(epochs);
      const times = { firstCommitUs: 1n, lastCommitUs: 1n, transactions: 1, state: new Map() };
      commits.push(writer.commit({ start, reached: position(++epochs), ...times }));
    }
    await Promise.all(commits);
    return epochs;
  };
  return { append, close: () => writer.close() };
}

export interface KeptEpoch {
  readonly header: EpochHeader;
  readonly batches: (readonly LogRecord[])[];
}

export async function readEpochs(log: ChangeLog, count: number): Promise<KeptEpoch[]> {
  const kept: KeptEpoch[] = [];
  for await (const epoch of log.read({ signal: new AbortController().signal })) {
    const batches: (readonly LogRecord[])[] = [];
    for await (const records of epoch.read()) batches.push(records);
    kept.push({ header: epoch, batches });
    if (kept.length === count) break;
  }
  return kept;
}

export interface DecodedBatches {
  readonly header: EpochHeader;
  readonly batches: (readonly Change[])[];
}

export async function decodeAll(log: ChangeLog, epochs: readonly KeptEpoch[]): Promise<DecodedBatches[]> {
  const decoder = new Decoder((id) => log.schema(id));
  const decoded: DecodedBatches[] = [];
  for (const { header, batches } of epochs) {
    const changes: (readonly Change[])[] = [];
    for (const records of batches) changes.push(await decoder.decode(records));
    decoded.push({ header, batches: changes });
  }
  return decoded;
}
