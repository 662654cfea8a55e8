import type { MysqlConnection } from '../mysql/connection.ts';
import { DomainGtids } from '../position/domain-gtid.ts';
import { GtidSet } from '../position/gtid-set.ts';
import { MariadbPosition } from '../position/mariadb.ts';
import { MysqlPosition } from '../position/mysql.ts';
import { stop } from './error.ts';

/** Where the source's binlog ends now: the position to start from, and what lag is measured against. */
export async function sourceHead(connection: MysqlConnection): Promise<MysqlPosition | MariadbPosition> {
  const { server } = connection;
  const status = await connection.row(server.binlogStatusStatement);
  const file = status['File'] ?? '';
  if (file === '') throw binlogOff();
  const coordinate = { serverId: server.id, file, offset: Number(status['Position']) };
  if (server.kind === 'mysql') {
    const handled = GtidSet.parse(status['Executed_Gtid_Set'] ?? '');
    return new MysqlPosition({ coordinate, handled, undecided: [] });
  }
  // Asked for that very coordinate: @@gtid_binlog_pos may be further on already.
  const row = await connection.row('SELECT BINLOG_GTID_POS(?, ?) AS gtids', [file, coordinate.offset]);
  return new MariadbPosition({ coordinate, handled: DomainGtids.parse(row['gtids'] ?? ''), dumpFrom: null });
}

export function binlogOff(): Error {
  return stop(
    'SOURCE_BINLOG_OFF',
    'The source writes no binlog.',
    'Start it with log_bin and a server_id (on a replica also log_replica_updates), then run again.',
  );
}
