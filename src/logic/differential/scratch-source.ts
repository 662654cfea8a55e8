import { type Connection, createConnection } from 'mysql2/promise';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import type { Program } from '../program.ts';
import { plainText } from './plain-text.ts';
import type { DatabaseCollation, SourceTable } from './sample-source.ts';
import { makeViews, type ViewText } from './scratch-view.ts';
import { TEXT_OPTIONS } from './source-side.ts';

/** Rows of one INSERT. */
const BATCH_ROWS = 200;

/** What a scratch database holds. */
export interface SourceContent {
  /** Of the database itself: variables of its programs have it. */
  readonly collation: DatabaseCollation;
  readonly tables: readonly SourceTable[];
  readonly views: readonly ViewText[];
  readonly programs: readonly Program[];
}

/** Makes a database with the tables, their rows and the programs; the session that is given uses it. */
export async function makeScratchSource(
  url: string,
  name: string,
  { collation, tables, views, programs }: SourceContent,
): Promise<Connection> {
  const connection = await createConnection({ uri: url, ...TEXT_OPTIONS, charset: 'utf8mb4' });
  try {
    const { charset, name: collationName } = collation;
    const rule = `CHARACTER SET ${charset} COLLATE ${collationName}`;
    await connection.query(`CREATE DATABASE ${quoteIdentifier(name)} ${rule}`);
    await connection.query(`USE ${quoteIdentifier(name)}`);
    // Texts in a program have the rule of the session that made it, which most often was that of its database.
    if (charset === 'utf8mb4') await connection.query(`SET NAMES utf8mb4 COLLATE ${collationName}`);
    await connection.query("SET time_zone = '+00:00', foreign_key_checks = 0, sql_mode = ''");
    for (const table of tables) await connection.query(table.create);
    for (const table of tables) await fill(connection, table);
    await connection.query('SET foreign_key_checks = 1');
    await makeViews((sql) => connection.query(sql), views);
    for (const program of programs) await make(connection, program);
    return connection;
  } catch (error) {
    await connection.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`).catch(() => undefined);
    await connection.end();
    throw error;
  }
}

async function fill(connection: Connection, { name, columns, rows }: SourceTable): Promise<void> {
  const into = `INSERT INTO ${quoteIdentifier(name)} (${columns.map((column) => quoteIdentifier(column.name)).join(', ')})`;
  for (let at = 0; at < rows.length; at += BATCH_ROWS) {
    const batch = rows.slice(at, at + BATCH_ROWS);
    const texts = batch.map((row) => `(${row.map((_, index) => placeholder(columns[index]?.type ?? '')).join(', ')})`);
    await connection.query(`${into} VALUES ${texts.join(', ')}`, batch.flat());
  }
}

function placeholder(type: string): string {
  if (/blob|binary/.test(type)) return 'UNHEX(?)';
  return type.startsWith('bit') ? 'CAST(? AS UNSIGNED)' : '?';
}

/** Makes a program under its own mode, without its definer; an event as a procedure, so that it can be called. */
export async function make(connection: Connection, program: Program, text = program.lexed.text): Promise<void> {
  await connection.query('SET sql_mode = ?', [program.sqlMode]);
  await connection.query(plainText(program, text));
}
