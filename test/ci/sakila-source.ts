import { createConnection } from 'mysql2/promise';
import type { Case } from '../../src/logic/differential/case.ts';
import { splitScript } from '../../src/logic/split-script.ts';
import type { Line } from '../e2e/line.ts';
import { readCorpus } from './corpora.ts';

const LANGUAGE = { flavor: 'mysql', version: 90_704, sqlMode: '' } as const;

/** Makes sakila in the database of a line. */
export async function fillSakila({ source }: Line): Promise<void> {
  const connection = await createConnection({ uri: source.url });
  for (const file of ['sakila-mv-schema.sql', 'sakila-mv-data.sql']) {
    for (const { text } of splitScript(await readCorpus('sakila', file), LANGUAGE)) {
      if (/^\s*(?:DROP|CREATE)\s+SCHEMA|^\s*USE\s/im.test(text)) continue;
      await connection.query(text.replaceAll(/\bsakila\./g, ''));
    }
  }
  await connection.end();
}

const functions = Array.from({ length: 41 }, (_, id) => String(id)).flatMap((id): Case[] => [
  { tag: 'function', name: 'inventory_in_stock', args: [id] },
  { tag: 'function', name: 'inventory_held_by_customer', args: [id] },
  { tag: 'function', name: 'get_customer_balance', args: [id, "'2005-07-28 10:00:00'"] },
]);

const out = { out: [2], hasResultSets: true } as const;

const procedures = Array.from({ length: 15 }, (_, film) => String(film)).flatMap((film): Case[] => [
  { tag: 'procedure', name: 'film_in_stock', args: [film, '1', 'NULL'], ...out },
  { tag: 'procedure', name: 'film_not_in_stock', args: [film, '2', 'NULL'], ...out },
]);

const rewards = [
  ['0', '1.00'],
  ['1', '0.00'],
  ['7', '20.005'],
  ['1', '1.00'],
].map((args): Case => ({ tag: 'procedure', name: 'rewards_report', args: [...args, 'NULL'], ...out }));

const film = (statement: string): Case => ({ tag: 'statements', statements: [statement] });

const triggers = [
  film(
    "INSERT INTO film (film_id, title, description, language_id, rental_duration, rental_rate, replacement_cost) VALUES (2001, 'NEW FILM', 'told', 1, 3, 4.99, 19.99)",
  ),
  film("UPDATE film SET title = 'OTHER' WHERE film_id = 1"),
  film('UPDATE film SET rental_rate = 1.99 WHERE film_id = 1'),
  film('DELETE FROM film_text WHERE film_id = 1'),
];

/** Calls of its routines and statements that set its triggers off, with the tables that are compared. */
export const SAKILA_CASES: readonly { readonly one: Case; readonly tables: readonly string[] }[] = [
  ...[...functions, ...procedures, ...rewards].map((one) => ({ one, tables: [] })),
  ...triggers.map((one) => ({ one, tables: ['film_text'] })),
];
