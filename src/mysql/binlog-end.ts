import { SluiceError } from '../contract/error.ts';
import type { BinlogCoordinate } from '../contract/position.ts';
import type { MysqlConnection } from './connection.ts';

/** End of the server's binlog. */
export async function binlogEnd(connection: MysqlConnection): Promise<BinlogCoordinate> {
  const { server } = connection;
  const row = await connection.row(server.binlogStatusStatement);
  if (row['File'] == null || row['Position'] == null) throw noBinlog();
  return { serverId: server.id, file: row['File'], offset: Number(row['Position']) };
}

function noBinlog(): SluiceError {
  return new SluiceError({
    code: 'SOURCE_BINLOG_OFF',
    message: 'The source writes no binlog.',
    remedy: 'Set log_bin on the source; `sluice check` prints all settings that are needed.',
    disposition: 'stop',
  });
}
