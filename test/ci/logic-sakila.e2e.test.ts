import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Case } from '../../src/logic/differential/case.ts';
import { type Moved, move } from '../logic/move.ts';
import { fillSakila } from './sakila-source.ts';

describe('sakila', () => {
  let moved: Moved;

  beforeAll(async () => {
    await loadModule();
    moved = await move(fillSakila);
  }, 300_000);
  afterAll(async () => moved?.[Symbol.asyncDispose]());

  const same = async (one: Case, tables: readonly string[] = []): Promise<void> => {
    const [source, target] = [await moved.mysql.run(one, tables), await moved.postgres.run(one, tables)];
    expect({ one, ...target }).toEqual({ one, ...source });
  };

  test('6 of 6 routines and 6 of 6 triggers are converted, parsed and made', () => {
    const kinds = Map.groupBy(moved.converted, ({ program }) => program.definition.tag);
    const routines = [...(kinds.get('procedure') ?? []), ...(kinds.get('function') ?? [])];
    expect(routines.map(({ outcome }) => outcome)).not.toContain('skeleton');
    expect(routines).toHaveLength(6);
    expect(kinds.get('trigger')?.map(({ outcome }) => outcome)).toHaveLength(6);
    for (const { statements } of moved.converted)
      for (const statement of statements) expect(() => check(statement)).not.toThrow();
    expect(moved.refused).toEqual([]);
  });

  test('functions give what they gave, for every kind of argument', async () => {
    for (let id = 0; id <= 40; id += 1) {
      await same({ tag: 'function', name: 'inventory_in_stock', args: [String(id)] });
      await same({ tag: 'function', name: 'inventory_held_by_customer', args: [String(id)] });
      await same({ tag: 'function', name: 'get_customer_balance', args: [String(id), "'2005-07-28 10:00:00'"] });
    }
    for (const name of ['inventory_in_stock', 'inventory_held_by_customer'])
      await same({ tag: 'function', name, args: ['NULL'] });
    await same({ tag: 'function', name: 'get_customer_balance', args: ['NULL', 'NULL'] });
  });

  test('procedures give the result sets and OUT parameters that they gave', async () => {
    const out = { out: [2], hasResultSets: true } as const;
    for (let film = 0; film < 15; film += 1) {
      await same({ tag: 'procedure', name: 'film_in_stock', args: [String(film), '1', 'NULL'], ...out });
      await same({ tag: 'procedure', name: 'film_not_in_stock', args: [String(film), '2', 'NULL'], ...out });
    }
    for (const args of [
      ['0', '1.00'],
      ['1', '0.00'],
      ['7', '20.005'],
      ['1', '1.00'],
    ]) {
      await same({ tag: 'procedure', name: 'rewards_report', args: [...args, 'NULL'], ...out });
    }
  });

  test('triggers leave the tables as they left them', async () => {
    const tables = ['film_text', 'customer', 'payment', 'rental'];
    const film = (sql: string): Case => ({ tag: 'statements', statements: [sql] });
    await same(
      film(
        "INSERT INTO film (film_id, title, description, language_id, rental_duration, rental_rate, replacement_cost) VALUES (2001, 'NEW FILM', 'told', 1, 3, 4.99, 19.99)",
      ),
      tables,
    );
    await same(film("UPDATE film SET title = 'OTHER' WHERE film_id = 2001"), tables);
    await same(film('UPDATE film SET rental_rate = 1.99 WHERE film_id = 2001'), tables);
    await same(film('UPDATE film SET description = NULL WHERE film_id = 2001'), tables);
    await same(film('DELETE FROM film WHERE film_id = 2001'), tables);
    await same(
      film(
        "INSERT INTO customer (customer_id, store_id, first_name, last_name, address_id, create_date) VALUES (2001, 1, 'A', 'B', 1, '2001-01-01')",
      ),
      tables,
    );
    await same(
      film(
        "INSERT INTO payment (payment_id, customer_id, staff_id, amount, payment_date) VALUES (30001, 1, 1, 2.50, '2001-01-01')",
      ),
      tables,
    );
    await same(
      film(
        "INSERT INTO rental (rental_id, rental_date, inventory_id, customer_id, staff_id) VALUES (30001, '2001-01-01', 1, 1, 1)",
      ),
      tables,
    );
  });
});

/** libpg-query reads the statement, and its body where it has one. */
function check(statement: string): void {
  parseSync(statement);
  if (/LANGUAGE plpgsql/.test(statement)) parsePlPgSQLSync(statement);
}
