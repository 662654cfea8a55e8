import type { MysqlConnection } from '../../mysql/connection.ts';
import { fenceError } from './error.ts';

/** A transaction that any session can commit by its name, even under super_read_only: tested with MySQL 9.7. */
export interface PreparedXa {
  /** As XA COMMIT and XA ROLLBACK want it: `X'01ff',X'02',7`. */
  readonly xid: string;
}

const RECOVER = { mysql: 'XA RECOVER CONVERT XID', mariadb: `XA RECOVER FORMAT='SQL'` };

/** Needs XA_RECOVER_ADMIN on MySQL. */
export async function preparedXa(connection: MysqlConnection): Promise<readonly PreparedXa[]> {
  const rows = await connection.rows(RECOVER[connection.server.kind]);
  return rows.map(({ formatID, gtrid_length, data }) => {
    if (connection.server.kind === 'mariadb') return { xid: data ?? '' };
    const hex = (data ?? '').replace(/^0x/i, '').toLowerCase();
    const middle = 2 * Number(gtrid_length);
    return { xid: `X'${hex.slice(0, middle)}',X'${hex.slice(middle)}',${formatID}` };
  });
}

/** Statements that decide it, by hand: only its coordinator knows which one is right. */
export function decisionsOf({ xid }: PreparedXa): readonly string[] {
  return [`XA COMMIT ${xid}`, `XA ROLLBACK ${xid}`];
}

/** FENCE_XA_PREPARED while one stands prepared. */
export async function refusePreparedXa(connection: MysqlConnection): Promise<void> {
  const prepared = await preparedXa(connection);
  if (prepared.length === 0) return;
  const names = prepared.map((xa) => decisionsOf(xa).join(' or ')).join('; ');
  throw fenceError('FENCE_XA_PREPARED', `${prepared.length} XA transactions stand prepared: ${names}`);
}
