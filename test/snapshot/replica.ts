import { expect } from 'vitest';
import { AvroReader } from '../../src/avro/reader.ts';
import { STRICT_POLICY } from '../../src/column/codec.ts';
import { rowLayout } from '../../src/column/row.ts';
import type { Change, RowChange } from '../../src/contract/change.ts';
import type { TableVersion } from '../../src/contract/table.ts';

/** A row with the version it came in; rows without a key are counted. */
interface ReplicaRow {
  readonly version: TableVersion;
  readonly image: Uint8Array;
  count: number;
}

/** What a sink would hold after the changes so far: the simplest thing that applies them in order. */
export class Replica {
  readonly tables = new Map<string, Map<string, ReplicaRow>>();
  readonly state = new Map<string, string>();
  isComplete = false;
  rowsRead = 0;
  changesWhileLoading = 0;
  #isInside = false;

  apply(change: Change): void {
    switch (change.tag) {
      case 'begin':
        expect(this.#isInside).toBe(false);
        this.#isInside = true;
        return;
      case 'commit':
        this.#isInside = false;
        return;
      case 'row':
        // Rows of the snapshot stand between transactions only, rows of the stream inside only.
        expect(this.#isInside).toBe(change.op !== 'r');
        this.#row(change);
        return;
      case 'truncate':
        this.#of(change.table).clear();
        return;
      case 'schema':
        if (!change.after) this.tables.delete(change.table);
        return;
      case 'mark':
        expect(this.#isInside).toBe(false);
        for (const [key, value] of change.state) {
          if (value === null) this.state.delete(key);
          else this.state.set(key, value);
        }
        this.isComplete = this.state.has('snapshot/complete');
        return;
      case 'idle':
        expect(this.#isInside).toBe(false);
    }
  }

  /** Every row of a table as text, sorted. */
  rows(table: string): string[] {
    const lines: string[] = [];
    for (const { version, image, count } of this.tables.get(table)?.values() ?? []) {
      for (let i = 0; i < count; i++) lines.push(rowText(version, image));
    }
    return lines.sort();
  }

  /** Cells of a column, as text. */
  *cells(table: string, columns: readonly string[]): Iterable<readonly string[]> {
    for (const { version, image } of this.tables.get(table)?.values() ?? []) {
      const cells = cellsOf(version, image);
      yield columns.map((name) => cells[version.columns.findIndex((column) => column.name === name)] ?? '');
    }
  }

  #row(change: RowChange): void {
    const rows = this.#of(change.table);
    if (change.op === 'r') this.rowsRead++;
    else if (!this.isComplete) this.changesWhileLoading++;
    if (change.key === null) {
      this.#keyless(change);
      return;
    }
    if (change.cascades && change.before && !change.after) this.#cascade(change.table, change.before);
    if (change.oldKey) rows.delete(text(change.oldKey));
    if (change.after) rows.set(text(change.key), { version: change.table, image: change.after, count: 1 });
    else rows.delete(text(change.key));
  }

  /** ON DELETE CASCADE over one column, as a sink does it for a source that does not log it. */
  #cascade(parent: TableVersion, image: Uint8Array): void {
    const cells = cellsOf(parent, image);
    for (const { childTable, childColumns, parentColumns } of parent.cascades) {
      const value = cells[parent.columns.findIndex(({ name }) => name === parentColumns[0])];
      const rows = this.tables.get(childTable);
      for (const [key, { version, image: row }] of rows ?? []) {
        const index = version.columns.findIndex(({ name }) => name === childColumns[0]);
        if (cellsOf(version, row)[index] === value) rows?.delete(key);
      }
    }
  }

  #keyless({ table, before, after }: RowChange): void {
    const rows = this.#of(table);
    if (before) {
      const found = rows.get(text(before));
      if (!found || found.count === 0) throw new Error(`${table.table}: a row goes that is not there`);
      found.count--;
    }
    if (after) {
      const found = rows.get(text(after));
      if (found) found.count++;
      else rows.set(text(after), { version: table, image: after, count: 1 });
    }
  }

  #of(version: TableVersion): Map<string, ReplicaRow> {
    const known = this.tables.get(version.table) ?? new Map<string, ReplicaRow>();
    this.tables.set(version.table, known);
    return known;
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function rowText(table: TableVersion, image: Uint8Array): string {
  return JSON.stringify(cellsOf(table, image));
}

function cellsOf(table: TableVersion, image: Uint8Array): (string | null)[] {
  const { codecs } = rowLayout(table);
  const reader = new AvroReader().over(image);
  const cells = table.columns.map(({ nullable }, i) => {
    if (nullable && reader.byte() === 0) return null;
    return codecs[i]?.canonicalSource(reader, '', STRICT_POLICY) ?? null;
  });
  expect(reader.position).toBe(image.length);
  return cells;
}
