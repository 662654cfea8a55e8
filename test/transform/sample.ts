import { AvroWriter } from '../../src/avro/writer.ts';
import { keyOf, rowLayout } from '../../src/column/row.ts';
import type { RowChange } from '../../src/contract/change.ts';
import { type TableVersion, tableVersion } from '../../src/contract/table.ts';

/** id int primary key, name text NULL. */
export const CUSTOMER: TableVersion = tableVersion({
  database: 'shop',
  table: 'tbl_customer',
  columns: [
    { name: 'id', type: { kind: 'integer', bytes: 4, unsigned: false }, nullable: false },
    { name: 'full name', type: { kind: 'text', charset: 'utf8mb4' }, nullable: true },
  ],
  key: [0],
  uniques: [],
  cascades: [],
});

export function customer(id: number, name: string | null): Buffer {
  const out = new AvroWriter();
  out.long(id);
  out.long(name === null ? 0 : 1);
  if (name !== null) out.string(name);
  return out.take();
}

/** A row change of CUSTOMER as the binlog reader makes it. */
export function customerChange(
  op: RowChange['op'],
  before: Buffer | null,
  after: Buffer | null,
  table: TableVersion = CUSTOMER,
): RowChange {
  const layout = rowLayout(table);
  const oldKey = before ? keyOf(layout, before) : null;
  const newKey = after ? keyOf(layout, after) : oldKey;
  const moved = op === 'u' && oldKey && newKey && !oldKey.equals(newKey) ? oldKey : null;
  return { tag: 'row', op, table, before, after, key: newKey, oldKey: moved, cascades: false };
}
