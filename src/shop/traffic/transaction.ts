/** Runs an action as a local transaction or as a two-phase one (XA). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Action, Outcome, Work } from './work.ts';

export type Run = { readonly connection: Connection; readonly work: Work; readonly action: Action };

export async function runLocal({ connection, work, action }: Run): Promise<Outcome> {
  await connection.query('START TRANSACTION');
  try {
    const outcome = await action(work);
    await connection.query(outcome === 'commit' ? 'COMMIT' : 'ROLLBACK');
    return outcome;
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  }
}

/** `decision` is taken after PREPARE: a prepared transaction may still be rolled back. */
export async function runXa(run: Run, xid: string, decision: Outcome): Promise<Outcome> {
  const { connection, work, action } = run;
  await connection.query(`XA START '${xid}'`);
  try {
    const outcome = await action(work);
    await connection.query(`XA END '${xid}'`);
    if (outcome === 'commit') await connection.query(`XA PREPARE '${xid}'`);
    const isCommit = outcome === 'commit' && decision === 'commit';
    await connection.query(`XA ${isCommit ? 'COMMIT' : 'ROLLBACK'} '${xid}'`);
    return isCommit ? 'commit' : 'rollback';
  } catch (error) {
    await undoXa(connection, xid);
    throw error;
  }
}

async function undoXa(connection: Connection, xid: string): Promise<void> {
  // After a deadlock the server has ended the transaction itself and refuses XA END; only the rollback counts.
  await connection.query(`XA END '${xid}'`).catch(() => undefined);
  await connection.query(`XA ROLLBACK '${xid}'`);
}

const ENDING_EVERY_MS = 20;
const ENDING_TRIES = 100;

/** Rolls back what a lost session of ours has left prepared; the server may still be letting go of that session. */
export async function endPrepared(connection: Connection, xid: string): Promise<void> {
  for (let tries = 1; await isPrepared(connection, xid); tries++) {
    const failed = await connection.query(`XA ROLLBACK '${xid}'`).catch((error: unknown) => error);
    if (failed instanceof Error && tries === ENDING_TRIES) throw failed;
    if (failed instanceof Error) await sleep(ENDING_EVERY_MS);
  }
}

async function isPrepared(connection: Connection, xid: string): Promise<boolean> {
  const [rows] = await connection.query<RowDataPacket[]>('XA RECOVER');
  return rows.some(({ data }) => String(data) === xid);
}
