import { SluiceError } from '../contract/error.ts';
import type { MysqlConnection } from './connection.ts';

/** Above these the scan stands still. */
export interface LoadLimits {
  readonly threadsRunning: number;
  readonly replicaLagSeconds: number;
}

/**
 * Why the server should be left alone now: too many statements run on it, or it is a replica that has fallen behind.
 * What this account may not ask is no reason.
 */
export async function sourceLoad(connection: MysqlConnection, limits: LoadLimits): Promise<string | null> {
  const { Value = '0' } = await connection.row("SHOW GLOBAL STATUS LIKE 'Threads_running'");
  if (Number(Value) > limits.threadsRunning) {
    return `${Value} statements run on the source, more than ${limits.threadsRunning}`;
  }
  const lag = await replicaLag(connection);
  if (lag === null || lag <= limits.replicaLagSeconds) return null;
  return `the replica is ${lag} s behind, more than ${limits.replicaLagSeconds} s`;
}

/** Seconds; null where the server is no replica, does not know its lag, or does not tell this account. */
async function replicaLag(connection: MysqlConnection): Promise<number | null> {
  const { kind } = connection.server;
  try {
    const rows = await connection.rows(kind === 'mysql' ? 'SHOW REPLICA STATUS' : 'SHOW ALL SLAVES STATUS');
    const lags = rows.map((row) => row['Seconds_Behind_Source'] ?? row['Seconds_Behind_Master'] ?? null);
    const known = lags.filter((lag) => lag !== null).map(Number);
    return known.length === 0 ? null : Math.max(...known);
  } catch (error) {
    // A link that broke must not pass for a server at rest.
    if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
    return null;
  }
}
