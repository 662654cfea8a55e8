import type { RowChange } from '../contract/change.ts';
import { quoteTable, type TableName } from '../mysql/identifier.ts';
import { readPages } from '../mysql/raw-rows.ts';
import type { ReadView, ViewSource } from '../mysql/read-view.ts';
import { loadTable } from '../mysql/readable-table.ts';
import type { Gate } from './gate.ts';
import type { TableEntry } from './table-entry.ts';
import { keyText, readChange } from './window.ts';

export interface RepairRequest extends TableName {
  /** Condition of the source's SQL that finds the rows. */
  readonly where: string;
  /** Avro records of their keys. */
  readonly keys: readonly Uint8Array[];
}

export interface RepairParts {
  readonly gate: Gate;
  readonly views: ViewSource;
  readonly entry: TableEntry;
}

/** By the window protocol, like a chunk: a row that the stream changes meanwhile is left to the stream (INV-43). */
export async function readRepair(
  { gate, views, entry }: RepairParts,
  request: RepairRequest,
  also: ReadonlyMap<string, string>,
): Promise<boolean> {
  const window = await gate.open(entry);
  if (window === null) return false;
  let isDelivered = false;
  try {
    const { changes, high } = await inView(await views.open(window.low), (view) => read(view, request));
    const out = Promise.withResolvers<boolean>();
    isDelivered = true;
    gate.deliverRepair({ ...{ entry, window, high, changes, also }, ended: out.resolve });
    return await out.promise;
  } finally {
    if (!isDelivered) gate.closeWindow(entry, window);
  }
}

export async function inView<T>(view: ReadView, work: (view: ReadView) => Promise<T>): Promise<T> {
  let isBroken = true;
  try {
    const result = await work(view);
    isBroken = false;
    return result;
  } finally {
    await view.close(isBroken);
  }
}

async function read(view: ReadView, { database, table, where, keys }: RepairRequest) {
  const found = await loadTable(view.connection, database, table);
  const changes: RowChange[] = [];
  if (found !== null) {
    const standing = new Set<string>();
    const sql = `SELECT ${found.selectList} FROM ${quoteTable(found.version)} WHERE ${where}`;
    for await (const page of readPages(view.connection, sql, found.layout)) {
      for (let row = 0; row < page.rows; row++) {
        const change = readChange(found.version, page, row);
        if (change.key !== null) standing.add(keyText(change.key));
        changes.push(change);
      }
    }
    const gone = keys.filter((key) => !standing.has(keyText(key)));
    changes.unshift(...gone.map((key): RowChange => ({ ...NOWHERE, table: found.version, key })));
  }
  return { changes, high: await view.high() };
}

const NOWHERE = { tag: 'row', op: 'd', before: null, after: null, oldKey: null, cascades: false } as const;
