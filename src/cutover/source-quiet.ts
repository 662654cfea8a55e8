import { SluiceError } from '../contract/error.ts';
import type { MysqlConnection, Row } from '../mysql/connection.ts';
import { SourceError } from '../mysql/error.ts';
import type { GateFinding } from './gate.ts';

export interface QuietLimits {
  /** Transactions that have been open for so long stand against the fence: ending them takes as long to roll back. */
  readonly longestMs: number;
  /** Threads of ours. */
  readonly ours: readonly string[];
}

type Problem = GateFinding['problems'][number];

/**
 * What on the source would make the fence wait or leave something behind it: transactions that have been open for long
 * and prepared XA transactions, which whoever knows their name could commit (protocols 6).
 */
export async function sourceQuiet(connection: MysqlConnection, limits: QuietLimits): Promise<GateFinding> {
  const problems = [...(await longTransactions(connection, limits)), ...(await preparedXa(connection))];
  return {
    gate: 'source-quiet',
    value: 'nothing is open for long, nothing is prepared',
    threshold: `no transaction open for ${limits.longestMs / 1000} s, no prepared XA transaction`,
    problems,
  };
}

const OPEN = `SELECT CAST(trx_mysql_thread_id AS CHAR) AS thread, trx_rows_modified AS modified,
    TIMESTAMPDIFF(SECOND, trx_started, NOW()) AS seconds
  FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> 0 ORDER BY trx_started`;

/** By the server's instruments, which keep no statement: how much was changed they do not know. */
const OPEN_BY_INSTRUMENT = `SELECT CAST(t.PROCESSLIST_ID AS CHAR) AS thread, NULL AS modified,
    FLOOR(e.TIMER_WAIT / 1000000000000) AS seconds
  FROM performance_schema.events_transactions_current AS e JOIN performance_schema.threads AS t ON t.THREAD_ID = e.THREAD_ID
  WHERE e.STATE = 'ACTIVE' AND t.PROCESSLIST_ID IS NOT NULL ORDER BY e.TIMER_WAIT DESC`;
const INSTRUMENT = `SELECT COUNT(*) AS count FROM performance_schema.setup_consumers AS c, performance_schema.setup_instruments AS i
  WHERE c.NAME = 'events_transactions_current' AND c.ENABLED = 'YES' AND i.NAME = 'transaction' AND i.ENABLED = 'YES'`;

async function longTransactions(connection: MysqlConnection, limits: QuietLimits): Promise<readonly Problem[]> {
  const rows = await openTransactions(connection);
  if (typeof rows === 'string') return [blind('open transactions', rows)];
  const open = rows.filter(({ thread, seconds }) => {
    const isOurs = limits.ours.includes(thread ?? '') || thread === String(connection.threadId);
    return !isOurs && Number(seconds) * 1000 >= limits.longestMs;
  });
  return open.map(({ thread, seconds, modified }) => ({
    text: `transaction of session ${thread} is open for ${seconds} s${modified === null ? '' : ` and has changed ${modified} rows`}`,
    cure: 'Let long transactions end, or end their sessions: KILL ID.',
  }));
}

/** A right that is missing for it; innodb_trx of MySQL fails while one of them runs a statement with letters beyond utf8mb3, as any emoji is. */
async function openTransactions(connection: MysqlConnection): Promise<readonly Row[] | string> {
  try {
    return (await told(() => connection.rows(OPEN), CANNOT_CONVERT_STRING)) ?? 'PROCESS';
  } catch (error) {
    if (!(error instanceof SourceError) || error.errno !== CANNOT_CONVERT_STRING) throw error;
    const found = await told(() => connection.row(INSTRUMENT));
    if (found?.['count'] === '0') throw error;
    return (found && (await told(() => connection.rows(OPEN_BY_INSTRUMENT)))) ?? 'SELECT on performance_schema.*';
  }
}

const CANNOT_CONVERT_STRING = 3854;

async function preparedXa(connection: MysqlConnection): Promise<readonly Problem[]> {
  const rows = await told(() => connection.rows('XA RECOVER'));
  if (rows === null) return [blind('prepared XA transactions', 'XA_RECOVER_ADMIN')];
  return rows.map(({ data }) => ({
    text: `XA transaction ${data} stands prepared`,
    cure: 'Have its coordinator decide each, or do it by hand: XA COMMIT or XA ROLLBACK.',
  }));
}

/** null where the right is missing: then nothing is known. */
async function told<T>(ask: () => Promise<T>, but?: number): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SourceError && error.errno === but) throw error;
    if (error instanceof SluiceError && error.disposition !== 'retry') return null;
    throw error;
  }
}

function blind(what: string, right: string): Problem {
  return { text: `${what} cannot be seen`, cure: `Give the account of source.adminUrl the right ${right}.` };
}
