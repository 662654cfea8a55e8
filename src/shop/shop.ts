/** The sample shop: the reference customer's fourteen tables as ten years would have left them, of any size, from a seed. */
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { SluiceError } from '../contract/error.ts';
import { fillShop } from './fill.ts';
import { type SumInvariant, stockInvariant, transferInvariant } from './invariant.ts';
import { name } from './literal.ts';
import { ShopModel } from './model.ts';
import { SHOP_TABLES, type ShopRows } from './scale.ts';
import { EVENTS, FUNCTIONS, PROCEDURES } from './schema/program.ts';
import { TRIGGERS } from './schema/trigger.ts';
import { VIEWS } from './schema/view.ts';
import { openSession } from './server.ts';
import { TABLE_DEFINITIONS } from './table.ts';

export type CreateShopOptions = {
  readonly url: string;
  /** Made when it is not there; refused when it holds tables. */
  readonly database: string;
  /** 1 is 10,000 rows in all, 100 about a million. */
  readonly scale: number;
  readonly seed: number;
  /** Connections that fill at the same time. */
  readonly parallel?: number;
  /** Called after each INSERT with the rows it brought, for a progress bar. */
  readonly onRows?: (rows: number) => void;
};

export type CreatedShop = {
  readonly rows: ShopRows;
  readonly totalRows: number;
  readonly fillMs: number;
};

/** SHOP_DATABASE_IN_USE: the database holds tables; a sample shop is made in an empty one only. */
async function makeDatabase(connection: Connection, database: string): Promise<void> {
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${name(database)}`);
  await connection.query(`USE ${name(database)}`);
  const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES');
  if (tables.length > 0) {
    throw new SluiceError({
      code: 'SHOP_DATABASE_IN_USE',
      message: `the database ${database} already holds tables`,
      remedy: 'name a new database for the shop, or drop this one first',
      disposition: 'stop',
    });
  }
  // The variables of stored programs take the database's collation.
  await connection.query(`ALTER DATABASE ${name(database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
}

async function runAll(connection: Connection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await connection.query(statement);
}

/** Leaves the total in the shop itself, where a test on either server can read it. */
async function keepTotal(connection: Connection, invariant: SumInvariant): Promise<void> {
  const sum = invariant.sides.map((side) => `sums.${side}`).join(' + ');
  await connection.query(
    `UPDATE tbl_settings SET value = (SELECT ${sum} FROM (${invariant.mysql}) AS sums), changed_at = changed_at WHERE name = ?`,
    [invariant.setting],
  );
}

async function fill(options: CreateShopOptions, model: ShopModel): Promise<void> {
  const { url, database, parallel = 3 } = options;
  const connections = await Promise.all(Array.from({ length: parallel }, () => openSession({ url, database })));
  try {
    await fillShop({ connections, model, onRows: options.onRows });
  } finally {
    await Promise.all(connections.map((connection) => connection.end()));
  }
}

/**
 * Makes the shop's schema and fills it. The same seed and scale give the same rows, byte for byte, on every server.
 * Needs the right to create the database; with the binary log on, SUPER or log_bin_trust_function_creators as well.
 */
export async function createShop(options: CreateShopOptions): Promise<CreatedShop> {
  const model = new ShopModel(options.seed, options.scale);
  const connection = await openSession({ url: options.url });
  try {
    await makeDatabase(connection, options.database);
    await runAll(
      connection,
      SHOP_TABLES.map((table) => TABLE_DEFINITIONS[table].create),
    );
    const startMs = performance.now();
    await fill(options, model);
    const fillMs = Math.round(performance.now() - startMs);
    await keepTotal(connection, transferInvariant);
    await keepTotal(connection, stockInvariant);
    // After the fill: triggers would write rows of their own, with the time of day in them.
    await runAll(connection, [...FUNCTIONS, ...PROCEDURES, ...TRIGGERS, ...VIEWS, ...EVENTS]);
    const totalRows = Object.values(model.rows).reduce((sum, rows) => sum + rows, 0);
    return { rows: model.rows, totalRows, fillMs };
  } finally {
    await connection.end();
  }
}
