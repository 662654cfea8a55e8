import type { MysqlConnection } from '../../mysql/connection.ts';
import { has, readGrants } from '../../mysql/grant.ts';
import type { GateFinding } from '../gate.ts';

const RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'CREATE'];

/** Whether an attempt can be noted at the source: without that none begins. */
export async function copyGate(connection: MysqlConnection, database: string): Promise<GateFinding> {
  const own = await readGrants(connection);
  const missing = RIGHTS.filter((right) => !has(own, right, database));
  const cure = `GRANT ${missing.join(', ')} ON ${database}.* TO the account of source.adminUrl (or source.url).`;
  // Needed at the end alone, so that it holds no switch up.
  const later = has(own, 'DROP', database) ? '' : `; sluice complete will ask for DROP on ${database}.* too`;
  return {
    gate: 'source-copy',
    value: `its account may write in the database ${database}${later}`,
    threshold: 'each step can be copied to the source',
    problems: missing.length === 0 ? [] : [{ text: `${missing.join(', ')} on ${database}.* is missing`, cure }],
  };
}
