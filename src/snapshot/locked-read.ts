import { WHOLE } from '../mysql/key-order.ts';
import { readPages } from '../mysql/raw-rows.ts';
import type { ReadView, ViewSource } from '../mysql/read-view.ts';
import { loadTable, type ReadableTable, selectRange } from '../mysql/readable-table.ts';
import type { Gate } from './gate.ts';
import type { TableEntry } from './table-entry.ts';

/**
 * Reads a table without a usable key in one pass. The stream stands still while the view's coordinate is taken, so it
 * is never past it; until it arrives there, the table's changes are dropped, because the view holds them (INV-45).
 * Resolves when the rows went out.
 */
export async function readLocked(
  { gate, views }: { readonly gate: Gate; readonly views: ViewSource },
  entry: TableEntry,
): Promise<void> {
  let view: ReadView | null = null;
  let table: ReadableTable | null = null;
  await gate.whileStill(async () => {
    view = await views.openLocked(entry, async (connection) => {
      table = await loadTable(connection, entry.database, entry.table);
    });
  });
  if (view) await goOut(gate, entry, { view, table });
}

async function goOut(
  gate: Gate,
  entry: TableEntry,
  { view, table }: { readonly view: ReadView; readonly table: ReadableTable | null },
): Promise<void> {
  let isWhole = false;
  try {
    if (table === null) return;
    const { round } = entry;
    const high = await view.high();
    const pages = readPages(view.connection, selectRange({ ...table, order: null }, WHOLE), table.layout);
    await new Promise<void>((resolve, reject) => {
      const ended = (error: unknown) => (error === null ? resolve() : reject(error));
      gate.deliverTable({ entry, round, table, high, pages, ended });
    });
    isWhole = true;
  } finally {
    await view.close(!isWhole);
  }
}
