import { AvroWriter } from '../../src/avro/writer.ts';
import { keyOf, rowLayout } from '../../src/column/row.ts';
import type { Change, RowChange, RowOperation } from '../../src/contract/change.ts';
import type { EpochHeader } from '../../src/contract/change-log.ts';
import type { DecodedEpoch } from '../../src/contract/epoch.ts';
import { type Column, type TableVersion, tableVersion } from '../../src/contract/table.ts';

export type Value = number | string | null;
export type Row = readonly Value[];

/** `name kind[?]` with kind int, bigint or text; `?` makes it nullable. */
export function table(name: string, columns: readonly string[], rest: Partial<TableVersion> = {}): TableVersion {
  return tableVersion({
    database: 'shop',
    table: name,
    columns: columns.map(columnOf),
    key: [0],
    uniques: [],
    cascades: [],
    ...rest,
  });
}

function columnOf(text: string): Column {
  const [name = '', kind = ''] = text.split(' ');
  const nullable = kind.endsWith('?');
  const type: Column['type'] = kind.includes('int')
    ? { kind: 'integer', bytes: kind.startsWith('big') ? 8 : 4, unsigned: false }
    : { kind: 'text', charset: 'utf8mb4' };
  return { name, type, nullable };
}

export function image(version: TableVersion, row: Row): Buffer {
  const out = new AvroWriter(64);
  version.columns.forEach((column, i) => {
    const value = row[i] ?? null;
    if (column.nullable) out.byte(value === null ? 0 : 2);
    if (typeof value === 'number') out.long(value);
    else if (value !== null) out.string(value);
  });
  return out.take();
}

/** A row change; the key is cut out of the images. */
export function change(
  version: TableVersion,
  op: RowOperation,
  before: Row | null,
  after: Row | null,
  cascades = false,
): RowChange {
  const [old, now] = [before && image(version, before), after && image(version, after)];
  const layout = rowLayout(version);
  const oldKey = old && keyOf(layout, old);
  const key = now ? keyOf(layout, now) : oldKey;
  const isMoved = op === 'u' && oldKey !== null && key !== null && !oldKey.equals(key);
  return { tag: 'row', op, table: version, before: old, after: now, key, oldKey: isMoved ? oldKey : null, cascades };
}

export const create = (version: TableVersion, row: Row) => change(version, 'c', null, row);
export const read = (version: TableVersion, row: Row) => change(version, 'r', null, row);
export const update = (version: TableVersion, before: Row, after: Row, cascades = false) =>
  change(version, 'u', before, after, cascades);
export const remove = (version: TableVersion, before: Row, cascades = false) =>
  change(version, 'd', before, null, cascades);

/** Makes epochs that follow each other, as a log would give them. */
export class EpochSeries {
  readonly logId: string;
  #number: number;

  constructor(logId = 'log-1', after = 0) {
    this.logId = logId;
    this.#number = after;
  }

  next(...batches: readonly (readonly Change[])[]): DecodedEpoch {
    const number = ++this.#number;
    return {
      header: header(number),
      logId: this.logId,
      async *changes() {
        yield* batches;
      },
    };
  }
}

export function header(number: number): EpochHeader {
  return {
    number,
    generation: 1,
    offset: number - 1,
    next: number,
    start: number === 1 ? null : { server: 'mysql', text: `p${number - 1}` },
    reached: { server: 'mysql', text: `p${number}` },
    firstCommitUs: BigInt(number) * 1_000_000n,
    lastCommitUs: BigInt(number) * 1_000_000n,
    transactions: 1,
    state: new Map([['heartbeat', `beat ${number}`]]),
    records: 1,
    bytes: 1,
  };
}

export async function* stream(...epochs: readonly DecodedEpoch[]): AsyncIterable<DecodedEpoch> {
  yield* epochs;
}
