import { createHash } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { startServer } from '../../src/servers/server.ts';
import { shopInvariants } from '../../src/shop/check.ts';
import { SHOP_TABLES, shopRows } from '../../src/shop/scale.ts';
import { createShop } from '../../src/shop/shop.ts';
import { ODD_VALUES, ODD_VALUES_OF } from './odd-value.ts';
import { type TestShop, testShop } from './shop-database.ts';

const SIZE = { scale: 0.5, seed: 42 };

/** A digest of every row's columns as the server sends them, whatever the order of the rows. */
async function digest(shop: TestShop, table: string): Promise<string> {
  const [rows] = await shop.connection.query<RowDataPacket[][]>({
    sql: `SELECT * FROM ${table}`,
    rowsAsArray: true,
    typeCast: (field) => field.buffer()?.toString('latin1') ?? null,
  });
  const lines = rows.map((row) => JSON.stringify(row)).sort();
  return `${table} ${createHash('sha256').update(lines.join('\n')).digest('hex')}`;
}

async function digests(shop: TestShop): Promise<string[]> {
  const found: string[] = [];
  for (const table of SHOP_TABLES) found.push(await digest(shop, table));
  return found;
}

/** The server's own checksums. Not of MariaDB: with a stored generated column it takes in bytes that are no data. */
async function checksums(shop: TestShop): Promise<unknown[]> {
  const rows = await shop.read(`CHECKSUM TABLE ${SHOP_TABLES.join(', ')}`);
  return rows.map((row) => row['Checksum']);
}

/** The members of an ENUM or SET column, as information_schema writes them. */
function members(columnType: string): string[] {
  return [...columnType.matchAll(/'((?:[^']|'')*)'/g)].map((match) => (match[1] ?? '').replaceAll("''", "'"));
}

/** The fill's promises, the same on every server. */
export function fillContract(kind: 'mysql' | 'mariadb'): void {
  describe(`the shop on ${kind}`, () => {
    test('holds the rows it announces, and its invariants', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, SIZE);
      const counts = await Promise.all(
        SHOP_TABLES.map(async (table) => [table, Number(await shop.value(`SELECT count(*) FROM ${table}`))]),
      );
      expect(Object.fromEntries(counts)).toEqual(shopRows(SIZE.scale));
      for (const { name, violations } of await shopInvariants(shop.connection))
        expect([name, violations]).toEqual([name, 0]);
    });

    test('is the same in every byte when made again from the same seed, and another from another seed', async () => {
      await using server = await startServer(kind);
      await using first = await testShop(server, SIZE);
      await using second = await testShop(server, SIZE);
      await using other = await testShop(server, { ...SIZE, seed: 43 });
      const expected = await digests(first);
      expect(await digests(second)).toEqual(expected);
      expect((await digests(other)).filter((line) => expected.includes(line))).toEqual([]);
      if (kind === 'mysql') expect(await checksums(second)).toEqual(await checksums(first));
    });

    test('shows every odd value and every ENUM and SET member, at the smallest size too', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, { scale: 0.01, seed: 1 });
      for (const [promise, table, condition] of [...ODD_VALUES, ...ODD_VALUES_OF[kind]]) {
        const found = await shop.value(`SELECT count(*) FROM ${table} WHERE ${condition}`);
        expect([promise, Number(found) > 0]).toEqual([promise, true]);
      }
      const columns = await shop.read(
        `SELECT TABLE_NAME AS t, COLUMN_NAME AS c, COLUMN_TYPE AS type FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = '${shop.database}' AND DATA_TYPE IN ('enum', 'set')`,
      );
      expect(columns.length).toBeGreaterThan(15);
      for (const { t, c, type } of columns) {
        for (const member of members(type)) {
          const quoted = shop.connection.escape(member);
          const found = await shop.value(
            `SELECT count(*) FROM ${t} WHERE find_in_set(${quoted}, ${c}) OR ${c} = ${quoted}`,
          );
          expect([`${t}.${c}: ${member}`, Number(found) > 0]).toEqual([`${t}.${c}: ${member}`, true]);
        }
      }
    });

    test('holds only 0 and 1 in every tinyint(1) but the one with a 2', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, SIZE);
      const flags = await shop.read(
        `SELECT TABLE_NAME AS t, COLUMN_NAME AS c FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = '${shop.database}' AND COLUMN_TYPE = 'tinyint(1)' AND TABLE_NAME LIKE 'tbl%'`,
      );
      expect(flags.length).toBeGreaterThan(10);
      for (const { t, c } of flags) {
        const most = await shop.value(`SELECT max(${c}) FROM ${t}`);
        expect([t, c, most]).toEqual([t, c, c === 'newsletter' ? '2' : '1']);
      }
    });

    test('keeps equal rows in the table without a key', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, SIZE);
      expect(await shop.value("SELECT count(*) FROM tbl_audit WHERE happened_at = '2015-06-01 12:00:00.000001'")).toBe(
        '3',
      );
      expect(
        await shop.value(
          `SELECT count(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = '${shop.database}' AND TABLE_NAME = 'tbl_audit' AND NON_UNIQUE = 0`,
        ),
      ).toBe('0');
    });

    test('has programs that run: functions, procedures, triggers, views, and an event that is off', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, SIZE);
      expect(await shop.value('SELECT fn_gross(100, 19)')).toBe('119.00');
      expect(['none', 'bronze', 'silver', 'gold']).toContain(await shop.value('SELECT fn_customer_level(1)'));
      await shop.read("CALL sp_customer_report('active')");
      await shop.read('CALL sp_settle_invoices(10, @settled)');
      for (const view of ['v_customer_order', 'v_open_invoice', 'v_stock_low', 'v_month_sales', 'v_top_customer']) {
        expect(Number(await shop.value(`SELECT count(*) FROM ${view}`))).toBeGreaterThan(0);
      }
      const before = Number(await shop.value('SELECT count(*) FROM tbl_audit'));
      await shop.read('UPDATE tbl_customer SET is_vip = 1 - is_vip WHERE id = 1');
      expect(Number(await shop.value('SELECT count(*) FROM tbl_audit'))).toBe(before + 1);
      expect(
        await shop.value(`SELECT STATUS FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${shop.database}'`),
      ).toMatch(/DISABLED/);
    });

    test('names the invariant that a wrong change breaks', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, { scale: 0.01, seed: 1 });
      await shop.read('UPDATE tbl_billing SET balance = balance + 0.01 WHERE id = 1');
      await shop.read('UPDATE tbl_product SET stock = stock + 1 WHERE id = 1');
      const broken = (await shopInvariants(shop.connection)).filter(({ violations }) => violations > 0);
      expect(broken).toEqual([
        { name: 'transfers keep their sum', violations: 1 },
        { name: 'a product has the stock of its inventory', violations: 1 },
      ]);
    });

    test('is refused in a database that holds tables already', async () => {
      await using server = await startServer(kind);
      await using shop = await testShop(server, { scale: 0.01, seed: 1 });
      await expect(createShop({ ...SIZE, url: shop.url, database: shop.database })).rejects.toMatchObject({
        code: 'SHOP_DATABASE_IN_USE',
      });
    });
  });
}
