import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Case } from '../../src/logic/differential/case.ts';
import { createShop } from '../../src/shop/shop.ts';
import { BUSINESS_PROGRAMS, BUSINESS_TABLES } from './business-program.ts';
import { type Moved, move } from './move.ts';

let moved: Moved;

beforeAll(async () => {
  await loadModule();
  moved = await move(async ({ source }) => {
    const url = new URL(source.url);
    url.pathname = '';
    await createShop({ url: url.href, database: source.name, scale: 0.01, seed: 7 });
    const connection = await createConnection({ uri: source.url });
    for (const statement of BUSINESS_TABLES) await connection.query(statement);
    for (const { create } of BUSINESS_PROGRAMS) await connection.query(create);
    await connection.end();
  });
}, 300_000);
afterAll(async () => moved?.[Symbol.asyncDispose]());

const nameOf = (create: string): string => /CREATE \w+ (\w+)/.exec(create)?.[1] ?? '';

async function both(one: Case, tables: readonly string[] = []): Promise<void> {
  const [source, target] = [await moved.mysql.run(one, tables), await moved.postgres.run(one, tables)];
  expect({ one, ...target }).toEqual({ one, ...source });
}

test('every program is PostgreSQL that libpg-query and the server take', () => {
  for (const { statements } of moved.converted) {
    for (const statement of statements) {
      parseSync(statement);
      if (/LANGUAGE plpgsql/.test(statement)) parsePlPgSQLSync(statement);
    }
  }
  expect(moved.refused).toEqual([]);
});

test('every program of the business is converted whole', () => {
  const names = new Set(BUSINESS_PROGRAMS.map(({ create }) => nameOf(create)));
  const broken = moved.converted.filter(
    ({ name, outcome }) => names.has(name) && (outcome === 'skeleton' || outcome === 'none'),
  );
  expect(
    broken.map(({ name, items }) => ({ name, items: items.filter(({ severity }) => severity === 'stands') })),
  ).toEqual([]);
});

for (const { create, cases, tables } of BUSINESS_PROGRAMS) {
  test(`${nameOf(create)} does on PostgreSQL what it does on MySQL`, async () => {
    for (const one of cases) await both(one, tables);
  });
}

test("the shop's own routines do what they did", async () => {
  for (const id of ['1', '2', '3', '0', 'NULL']) await both({ tag: 'function', name: 'fn_customer_level', args: [id] });
  for (const args of [
    ['10.00', '19'],
    ['0.01', '7.5'],
    ['NULL', '19'],
    ['99999.99', '0'],
  ])
    await both({ tag: 'function', name: 'fn_gross', args });
  await both({ tag: 'procedure', name: 'sp_settle_invoices', args: ['3', 'NULL'], out: [1], hasResultSets: false });
  for (const args of [
    ['1', '1', '2', '1', 'NULL'],
    ['1', '1', '99', '1', 'NULL'],
    ['0', '1', '2', '1', 'NULL'],
  ]) {
    await both({ tag: 'procedure', name: 'sp_move_stock', args, out: [4], hasResultSets: false }, ['tbl_product']);
  }
});
