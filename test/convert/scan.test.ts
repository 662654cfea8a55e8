import { expect, test } from 'vitest';
import { columnKey, scanData } from '../../src/convert/scan.ts';
import type { CatalogueTable } from '../../src/mysql/catalogue-table.ts';

function table(name: string, columnType: string, parent?: string): CatalogueTable {
  const parentKey = { parentDatabase: 'shop', parentTable: parent ?? '', parentColumns: ['c'] };
  const key = { database: 'shop', table: name, columns: ['c'], ...parentKey };
  return {
    version: { database: 'shop', table: name },
    columns: [{ name: 'c', columnType }],
    foreignKeys: parent ? [{ ...key, name: 'fk', onDelete: 'CASCADE', onUpdate: 'CASCADE' }] : [],
  } as unknown as CatalogueTable;
}

test('a reference and what it references keep the same answer, however long the chain', async () => {
  const unsigned = 'bigint(20) unsigned';
  const tables = [table('a', unsigned), table('b', unsigned, 'a'), table('c', unsigned, 'b'), table('d', unsigned)];
  const facts = await scanData(tables, async (sql) => [[sql.endsWith('`shop`.`c`') ? '1' : '0']]);
  const fits = (name: string) => facts.get(columnKey('shop', name, 'c'))?.fitsBigint;
  expect(['a', 'b', 'c', 'd'].map(fits)).toEqual([false, false, false, true]);
});

test('only columns whose data decides their type are scanned', async () => {
  const asked: string[] = [];
  const query = async (sql: string) => {
    asked.push(sql);
    return [['0']];
  };
  const types = ['int(11)', 'timestamp(6)', 'time(6)', 'tinyint(1)'];
  await scanData(
    types.map((type, index) => table(`t${index}`, type)),
    query,
  );
  expect(asked).toHaveLength(2);
});
