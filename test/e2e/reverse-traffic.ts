/** What an application does on the shop's tables in PostgreSQL: seeded transactions of every kind of change. */

import { SluiceError } from '../../src/contract/error.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';

export interface PostgresTraffic {
  stop(): Promise<{ readonly transactions: number }>;
}

/** Works in several sessions until it is stopped; deadlocks are tried again, as an application does. */
export function startPostgresTraffic(url: string, workers: number): PostgresTraffic {
  const end = new AbortController();
  let transactions = 0;
  const work = async (worker: number) => {
    const session = await connectPostgres({ url, pipeline: 'application' });
    await session.query("SET session_replication_role = 'origin'");
    const random = mulberry(worker + 1);
    try {
      while (!end.signal.aborted) transactions += await oneTransaction(session, random);
    } finally {
      await session.close();
    }
  };
  const done = Promise.all(Array.from({ length: workers }, (_, i) => work(i)));
  done.catch(() => {});
  return {
    stop: async () => {
      end.abort();
      await done;
      return { transactions };
    },
  };
}

async function oneTransaction(session: PostgresSession, random: () => number): Promise<number> {
  const count = 1 + Math.floor(random() * 4);
  try {
    await session.query('BEGIN');
    for (let i = 0; i < count; i++) await session.query(statement(random));
    await session.query(random() < 0.1 ? 'ROLLBACK' : 'COMMIT');
    return 1;
  } catch (error) {
    await session.query('ROLLBACK');
    if (error instanceof SluiceError && (error.disposition === 'retry' || error.disposition === 'quarantine')) return 0;
    throw error;
  }
}

const some = (table: string, random: () => number) =>
  `(SELECT id FROM ${table} ORDER BY id OFFSET ${Math.floor(random() * 200)} LIMIT 1)`;

/** Inserts, updates, deletes that cascade, keys that change, savepoints. */
function statement(random: () => number): string {
  const n = Math.floor(random() * 1e9);
  const customer = some('tbl_customer', random);
  const order = some('tbl_order', random);
  const choices = [
    `UPDATE tbl_customer SET credit = credit + ${n % 100}.25, nickname = 'n ${n} ''é\\' WHERE id = ${customer}`,
    `UPDATE tbl_customer SET interests = '{sport,home}', preferences = '{"a": [${n}, 0.5, "\\u00e9"]}' WHERE id = ${customer}`,
    `UPDATE tbl_order SET total = total + 1, note = NULL WHERE id = ${order}`,
    `INSERT INTO tbl_settings (name, value) VALUES ('k${n}', 'value ${n}')`,
    `UPDATE tbl_settings SET name = name || '_${n % 7}' WHERE name LIKE 'k%${n % 10}'`,
    `DELETE FROM tbl_settings WHERE name LIKE 'k%${n % 10}_${n % 7}%'`,
    `INSERT INTO tbl_audit (actor, action, table_name, row_ref) SELECT 'app', 'insert', 'tbl_order', i FROM generate_series(1, 3) i`,
    `UPDATE tbl_inventory SET quantity = quantity + ${(n % 9) - 4} WHERE product_id = ${some('tbl_product', random)}`,
    `DELETE FROM tbl_order WHERE id = ${order}`,
    `SAVEPOINT s; DELETE FROM tbl_document WHERE id = ${some('tbl_document', random)}; ROLLBACK TO s`,
    `UPDATE tbl_product SET description = repeat('long ${n} ', ${500 + (n % 500)}) WHERE id = ${some('tbl_product', random)}`,
    ...(n % 20 === 0 ? [`DELETE FROM tbl_customer WHERE id = ${customer}`] : []),
  ];
  return choices[Math.floor(random() * choices.length)] ?? 'SELECT 1';
}

/** A small seeded generator: the same statements in every run. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
