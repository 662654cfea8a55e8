/** Triggers dropped and put back, on a real server of either kind. */
import mysql from 'mysql2/promise';
import { expect, test } from 'vitest';
import { connectMysql, type MysqlSettings } from '../../src/mysql/connection.ts';
import { makeOurTables } from '../../src/mysql-sink/bookkeeping.ts';
import {
  dropTriggers,
  journalledTriggers,
  readTriggers,
  restoreTriggers,
} from '../../src/mysql-sink/trigger-journal.ts';
import { freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';

function settingsOf(url: string): MysqlSettings {
  const { hostname, port, username, password } = new URL(url);
  return { host: hostname, port: Number(port), user: username, password, tls: { mode: 'off' }, timeoutMs: 10_000 };
}

const PLACE = { database: 'sluice', pipeline: `triggers_${process.pid}` };

/** Made by sessions of other character sets, modes and definers, in an order that is not that of their names. */
async function makeTriggers(url: string, owner: string): Promise<void> {
  const latin1 = await mysql.createConnection({ uri: url, charset: 'latin1' });
  const utf8 = await mysql.createConnection({ uri: url, charset: 'utf8mb4', multipleStatements: true });
  try {
    await utf8.query(`CREATE TABLE t (id int PRIMARY KEY, note varchar(80)); CREATE TABLE journal (what varchar(80));
      SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'; SET collation_connection = 'utf8mb4_bin'`);
    await utf8.query(
      `CREATE TRIGGER z_first AFTER INSERT ON t FOR EACH ROW INSERT INTO "journal" VALUES ('z€ ' || NEW.note)`,
    );
    await utf8.query("SET sql_mode = ''");
    await utf8.query(`CREATE USER '${owner}'@'localhost'; GRANT ALL ON *.* TO '${owner}'@'localhost'`);
    await utf8.query(`CREATE DEFINER = '${owner}'@'localhost' TRIGGER a_second AFTER INSERT ON t FOR EACH ROW
BEGIN
  -- kept: a comment, 'quotes', back\\slash
  INSERT INTO journal VALUES (CONCAT('a ', NEW.note));
END`);
    await utf8.query(
      'CREATE TRIGGER m_before BEFORE UPDATE ON t FOR EACH ROW PRECEDES_x: BEGIN SET NEW.note = NEW.note; END',
    );
    await latin1.query(
      "CREATE TRIGGER l_third AFTER INSERT ON t FOR EACH ROW INSERT INTO journal VALUES (CONCAT('é ', NEW.note))",
    );
  } finally {
    await Promise.all([latin1.end(), utf8.end()]);
  }
}

export function triggerContract(kind: 'mysql' | 'mariadb'): void {
  test('triggers are dropped and put back exactly as they were, in their order, after a crash at any place too', async () => {
    const database = await freshDatabase(await startServer(kind), 'triggers');
    const owner = `o${database.name}`.slice(0, 30);
    const settings = settingsOf(database.url);
    const connection = await connectMysql({ ...settings, database: database.name });
    const tables = new Map([[database.name, ['t', 'journal']]]);
    try {
      await makeOurTables(connection, PLACE.database);
      await makeTriggers(database.url, owner);
      const before = await readTriggers(connection, tables);
      expect(before.map(({ name }) => name)).toEqual(['z_first', 'a_second', 'l_third', 'm_before']);
      await connection.run("INSERT INTO t VALUES (1, 'x')");
      const fired = await connection.rows('SELECT what FROM journal');
      expect(fired).toHaveLength(3);

      // A crash between journal and DROP, and between two DROPs: run again, nothing is noted twice or lost.
      expect(await dropTriggers(connection, PLACE, tables)).toBe(4);
      expect(await dropTriggers(connection, PLACE, tables)).toBe(0);
      expect(await readTriggers(connection, tables)).toEqual([]);
      expect(await journalledTriggers(connection, PLACE)).toHaveLength(4);
      await connection.run("INSERT INTO t VALUES (2, 'silent')");
      expect(await connection.rows('SELECT what FROM journal')).toEqual(fired);

      // The database took another collation meanwhile; a restore that ended early is run again.
      await connection.run(`ALTER DATABASE \`${database.name}\` COLLATE utf8mb4_general_ci`);
      expect(await restoreTriggers(settings, connection, PLACE)).toBe(4);
      expect(await restoreTriggers(settings, connection, PLACE)).toBe(0);
      expect(await readTriggers(connection, tables)).toEqual(before);
      expect(await journalledTriggers(connection, PLACE)).toEqual([]);
      await connection.run("SET sql_mode = ''");
      await connection.run('DELETE FROM journal');
      await connection.run("INSERT INTO t VALUES (3, 'x')");
      expect(await connection.rows('SELECT what FROM journal')).toEqual(fired);
    } finally {
      await connection.run(`DROP USER IF EXISTS '${owner}'@'localhost'`);
      await connection.close();
      await database.drop();
    }
  });
}
