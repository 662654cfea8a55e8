import { type Connection, createConnection } from 'mysql2/promise';
import { pause } from '../e2e/line.ts';

/** What happens in the film rental: each picks its rows at random. Numbers are drawn by the server. */
const CHANGES: readonly (readonly string[])[] = [
  [
    "UPDATE film SET rental_rate = ROUND(RAND() * 9, 2), rating = ELT(1 + FLOOR(RAND() * 5), 'G', 'PG', 'PG-13', 'R', 'NC-17') ORDER BY RAND() LIMIT 2",
  ],
  [
    "UPDATE film SET special_features = MAKE_SET(FLOOR(RAND() * 16), 'Trailers', 'Commentaries', 'Deleted Scenes', 'Behind the Scenes'), release_year = 1950 + FLOOR(RAND() * 80) ORDER BY RAND() LIMIT 1",
  ],
  [
    "UPDATE film SET title = CONCAT(LEFT(title, 20), FLOOR(RAND() * 1000)), description = CONCAT('Ein Stück: ', RAND()) ORDER BY RAND() LIMIT 1",
  ],
  [
    'SET @item := (SELECT inventory_id FROM inventory ORDER BY RAND() LIMIT 1), @who := (SELECT customer_id FROM customer ORDER BY RAND() LIMIT 1)',
    'INSERT IGNORE INTO rental (rental_date, inventory_id, customer_id, staff_id) VALUES (NOW(), @item, @who, 1 + FLOOR(RAND() * 2))',
    'INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date) SELECT customer_id, staff_id, rental_id, 2.99, NOW() FROM rental ORDER BY rental_id DESC LIMIT 1',
  ],
  ['UPDATE rental SET return_date = NOW() WHERE return_date IS NULL ORDER BY RAND() LIMIT 3'],
  ['DELETE FROM payment ORDER BY RAND() LIMIT 1'],
  ['DELETE FROM rental ORDER BY RAND() LIMIT 1'],
  ['UPDATE customer SET active = 1 - active, email = NULL ORDER BY RAND() LIMIT 1'],
  [
    "INSERT INTO actor (first_name, last_name) VALUES ('ÅSA', UUID())",
    'INSERT IGNORE INTO film_actor (actor_id, film_id) SELECT LAST_INSERT_ID(), film_id FROM film ORDER BY RAND() LIMIT 3',
  ],
  ['UPDATE inventory SET store_id = 3 - store_id ORDER BY RAND() LIMIT 2'],
  ['UPDATE staff SET picture = UNHEX(SHA2(RAND(), 512)) ORDER BY RAND() LIMIT 1'],
  [
    "INSERT INTO film (title, language_id) VALUES (CONCAT('NEW ', UUID()), 1)",
    'UPDATE film SET original_language_id = 2 WHERE film_id = LAST_INSERT_ID()',
  ],
];

/** Only where the server has geometry in the script's conditional comments. */
const GEOMETRY = [
  "UPDATE address SET location = ST_GeomFromText(CONCAT('POINT(', RAND() * 90, ' ', -RAND() * 90, ')')) ORDER BY RAND() LIMIT 2",
  "UPDATE address SET location = ST_GeomFromText(CONCAT('LINESTRING(0 0, ', RAND(), ' 1, 2 ', RAND(), ')')) ORDER BY RAND() LIMIT 1",
];

/** Random transactions, one after the other, until stopped; tells how many there were. */
export function startSakilaTraffic(url: string): { stop(): Promise<number> } {
  const end = new AbortController();
  const running = run(url, end.signal);
  running.catch(() => {});
  return {
    stop: () => {
      end.abort();
      return running;
    },
  };
}

async function run(url: string, signal: AbortSignal): Promise<number> {
  const connection = await createConnection(url);
  try {
    const changes = (await hasGeometry(connection)) ? [...CHANGES, ...GEOMETRY.map((sql) => [sql])] : CHANGES;
    let transactions = 0;
    for (; !signal.aborted; transactions++) {
      await connection.beginTransaction();
      for (const sql of changes[Math.floor(Math.random() * changes.length)] ?? []) await connection.query(sql);
      // One in ten is taken back: nothing of it may arrive.
      await (Math.random() < 0.1 ? connection.rollback() : connection.commit());
      await pause(5);
    }
    return transactions;
  } finally {
    await connection.end();
  }
}

async function hasGeometry(connection: Connection): Promise<boolean> {
  const [columns] = await connection.query("SHOW COLUMNS FROM address LIKE 'location'");
  return Array.isArray(columns) && columns.length > 0;
}
