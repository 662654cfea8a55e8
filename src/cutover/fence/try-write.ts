import { SluiceError } from '../../contract/error.ts';
import { connectMysql, type MysqlConnection, type MysqlSettings } from '../../mysql/connection.ts';
import { quoteTable } from '../../mysql/identifier.ts';
import { Deadline } from './deadline.ts';
import { errnoOf } from './error.ts';
import type { FenceLevel, FenceTry } from './fence.ts';
import type { MysqlFenceRecord, MysqlFenceSettings } from './mysql-record.ts';
import { onMysql } from './mysql-session.ts';

/** 3118 MySQL, 4151 MariaDB: the account is locked. A wrong password would prove nothing. */
const LOCKED = [3118, 4151];

/** A row of ours that nobody reads: were it taken after all, it would do no harm. */
export function writeStatement(database: string): string {
  const table = quoteTable({ database, table: 'heartbeat' });
  return `INSERT INTO ${table} (pipeline, beat_us) VALUES ('fence_try', 0) ON DUPLICATE KEY UPDATE beat_us = 0`;
}

/** A write with every login that there is, whose refusal is the proof. */
export async function tryWrites(
  settings: MysqlFenceSettings,
  record: MysqlFenceRecord,
  level: FenceLevel,
): Promise<readonly FenceTry[]> {
  // Ours may pass where only read_only is set; under super_read_only not even we may.
  const isOursRefused = record.way === 'read-only' && record.kind === 'mysql' && level === 'closed';
  const own = isOursRefused ? [{ name: 'sluice', login: settings.login }] : [];
  const statement = writeStatement(settings.database);
  const all = [...own, ...settings.tryAs];
  return await Promise.all(all.map(({ name, login }) => tryWrite(name, login, statement, settings.limitMs)));
}

export async function tryWrite(
  as: string,
  login: MysqlSettings,
  statement: string,
  limitMs: number,
): Promise<FenceTry> {
  try {
    await onMysql({ ...login, timeoutMs: Math.min(login.timeoutMs, limitMs) }, new Deadline(limitMs), (connection) =>
      connection.run(statement),
    );
    return { as, what: statement, outcome: 'passed', answer: 'the server took the write' };
  } catch (error) {
    return answered(as, statement, error);
  }
}

/** Only a refusal for the fence's own reason is one: the server says it is read-only before it looks at any right. */
function answered(as: string, statement: string, error: unknown): FenceTry {
  if (!(error instanceof SluiceError)) throw error;
  const errno = errnoOf(error);
  if (errno !== null && LOCKED.includes(errno))
    return { as, what: 'log in', outcome: 'refused', answer: `the account is locked (${errno})` };
  if (error.code === 'SOURCE_READ_ONLY')
    return { as, what: statement, outcome: 'refused', answer: `the server is read-only (${errno})` };
  return { as, what: statement, outcome: 'unclear', answer: error.message };
}

/** Before the fence: does this login work at all, so that its refusal will mean something? */
export async function tryLogin(login: MysqlSettings): Promise<SluiceError | null> {
  let connection: MysqlConnection | undefined;
  try {
    connection = await connectMysql(login);
    return null;
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  } finally {
    await connection?.close();
  }
}
