import { HEARTBEAT_DATABASE } from '../../config/config.ts';
import type { WayBackFacts } from '../../evidence/facts.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { hasQuarantine, ourTable } from '../../mysql-sink/bookkeeping.ts';

/** What the way back has left at the source: its checkpoint, what it set aside, triggers that rest. null: there was none. */
export async function readWayBack(source: MysqlConnection, pipeline: string): Promise<WayBackFacts | null> {
  if (!(await hasQuarantine(source, HEARTBEAT_DATABASE))) return null;
  const of = (name: Parameters<typeof ourTable>[1]) => `${ourTable(HEARTBEAT_DATABASE, name)} WHERE pipeline = ?`;
  const [checkpoint] = await source.rows(
    `SELECT epoch, position, last_commit_us, attempts FROM ${of('reverse_checkpoint')}`,
    [pipeline],
  );
  const aside = await source.rows(
    `SELECT CONCAT(\`database\`, '.', \`table\`) AS name, reason, state, COUNT(*) AS changes
     FROM ${of('reverse_quarantine')} GROUP BY name, reason, state ORDER BY name, reason, state`,
    [pipeline],
  );
  const resting = await source.row(`SELECT COUNT(*) AS triggers FROM ${of('reverse_trigger')}`, [pipeline]);
  if (checkpoint === undefined && aside.length === 0) return null;
  const committedUs = checkpoint?.['last_commit_us'] ?? null;
  return {
    epochs: Number(checkpoint?.['epoch'] ?? 0),
    position: checkpoint?.['position'] ?? null,
    lastCommitAtMs: committedUs === null ? null : Math.floor(Number(committedUs) / 1_000),
    attempts: Number(checkpoint?.['attempts'] ?? 0),
    setAside: aside.map((row) => ({
      ...{ table: row['name'] ?? '', reason: row['reason'] ?? '', state: row['state'] ?? '' },
      changes: Number(row['changes']),
    })),
    restingTriggers: Number(resting['triggers']),
  };
}
