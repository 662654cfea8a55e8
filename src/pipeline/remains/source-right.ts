import { databaseScope, sourceGrant } from '../../check/grant.ts';
import { readAccount } from '../../check/source-right.ts';
import { HEARTBEAT_DATABASE } from '../../config/config.ts';
import type { EndingRefusal } from '../../contract/ending.ts';
import { has } from '../../mysql/grant.ts';
import type { RemovalSite } from './remains.ts';
import { isOnlyRows, OWN_DATABASE, onSource } from './source.ts';

/** Found out before anything goes: what is left by half is ended by hand, when nobody thinks of it any more. */
export async function sourceRefusals(site: RemovalSite): Promise<readonly EndingRefusal[]> {
  const found = await OWN_DATABASE.find(site);
  if (found.length === 0) return [];
  const right = isOnlyRows(found) ? 'DELETE' : 'DROP';
  return await onSource(site, async (connection) => {
    const { account, grants } = await readAccount(connection);
    if (has(grants, right, HEARTBEAT_DATABASE)) return [];
    const grant = sourceGrant(right, databaseScope(HEARTBEAT_DATABASE), account);
    const reason = `${account} may not take our database ${HEARTBEAT_DATABASE} at the source away: it lacks ${right}`;
    const closed = 'where super_read_only refuses it: SET GLOBAL super_read_only = OFF before, = ON after';
    return [{ reason, cure: `Give it that right: ${grant}; ${closed}` }];
  });
}
