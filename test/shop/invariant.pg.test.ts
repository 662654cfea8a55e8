import { Client } from 'pg';
import { expect, test } from 'vitest';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { stockInvariant, transferInvariant } from '../../src/shop/invariant.ts';

test('the sums can be asked of PostgreSQL, in any schema, with empty tables counting as zero', async () => {
  await using server = await startServer('postgres');
  const { url, drop } = await freshDatabase(server, 'shop');
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE SCHEMA "My ""Shop"""; SET search_path TO "My ""Shop""";
      CREATE TABLE tbl_billing (balance numeric(14,2)); CREATE TABLE tbl_insurance (reserve numeric(14,2));
      CREATE TABLE tbl_inventory (quantity integer, reserved bigint);
      INSERT INTO tbl_billing VALUES (1.10), (-3.05); INSERT INTO tbl_inventory VALUES (7, 1), (5, 0);
      RESET search_path`);
    const transfers = await client.query(transferInvariant.postgres('My "Shop"'));
    expect(transfers.rows).toEqual([{ billing: '-1.95', insurance: '0' }]);
    const stock = await client.query(stockInvariant.postgres('My "Shop"'));
    expect(stock.rows).toEqual([{ quantity: '12', reserved: '1' }]);
  } finally {
    await client.end();
    await drop();
  }
});
