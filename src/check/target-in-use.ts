import type { Config } from '../config/config.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { arrayText } from '../postgres/quote.ts';

const SESSIONS = `SELECT DISTINCT usename AS role FROM pg_stat_activity
  WHERE datname = current_database() AND usename = ANY ($1::text[]) AND pid <> pg_backend_pid() ORDER BY 1`;

/**
 * Roles of the application that are logged in on a target whose rows this pipeline did not write: it works there, as after
 * a cutover that was completed from another folder, and a load would empty or mix what it has written.
 */
export async function checkInUse(session: PostgresSession, { cutover }: Config): Promise<readonly Finding[]> {
  if (cutover.targetRoles.length === 0) return [];
  const { rows } = await session.query(SESSIONS, [arrayText(cutover.targetRoles)]);
  if (rows.length === 0) return [];
  const roles = rows.map(({ role }) => role).join(', ');
  const message = `the application (${roles}) is logged in, and its tables hold rows that this pipeline did not write: was it completed from another folder?`;
  const cure =
    '-- stop the service that starts sluice; to load anew all the same, end the application’s sessions first';
  return [finding('blocker', 'TARGET_IN_USE', 'target', message, cure)];
}
