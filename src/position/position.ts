/** Positions: coordinates in a source, one file per server; nobody else looks inside (protocols 1). */
import { SluiceError } from '../contract/error.ts';
import type { BinlogCoordinate, Position, PositionOrder, ServerKind } from '../contract/position.ts';
import { isPast } from './coordinate.ts';
import { MariadbPosition } from './mariadb.ts';
import { MysqlPosition } from './mysql.ts';
import { PostgresqlPosition } from './postgresql.ts';

type KnownPosition = MysqlPosition | MariadbPosition | PostgresqlPosition;

/**
 * POSITION_UNREADABLE: a stored position is not in our form (stop).
 * POSITION_OF_ANOTHER_KIND: a position of one server was given for another kind of server (stop).
 * POSITION_OF_ANOTHER_SERVER: file and offset of two servers cannot be compared, a failover lies between (retry).
 */
export function parsePosition(server: ServerKind, text: string): KnownPosition {
  try {
    switch (server) {
      case 'mysql':
        return MysqlPosition.parse(text);
      case 'mariadb':
        return MariadbPosition.parse(text);
      case 'postgresql':
        return PostgresqlPosition.parse(text);
    }
  } catch (cause) {
    throw new SluiceError({
      code: 'POSITION_UNREADABLE',
      message: `A stored ${server} position cannot be read: ${text.slice(0, 200)}`,
      remedy: 'It was not written by this version of sluice: start the pipeline anew with `sluice run --resync`.',
      disposition: 'stop',
      cause,
    });
  }
}

/** Order by what was handled, not by file and offset: it holds across a failover. */
export function comparePositions(a: Position, b: Position): PositionOrder {
  const left = known(a);
  const right = known(b);
  if (left instanceof MysqlPosition && right instanceof MysqlPosition) {
    return orderOf(left.handled.contains(right.handled), right.handled.contains(left.handled));
  }
  if (left instanceof MariadbPosition && right instanceof MariadbPosition) {
    return orderOf(left.handled.contains(right.handled), right.handled.contains(left.handled));
  }
  if (left instanceof PostgresqlPosition && right instanceof PostgresqlPosition) {
    return orderOf(left.lsn >= right.lsn, right.lsn >= left.lsn);
  }
  throw anotherKind(a.server, b.server);
}

export function samePosition(a: Position, b: Position): boolean {
  return comparePositions(a, b) === 'equal';
}

/** Whether the stream stands at or past a coordinate of the very server that it reads (protocols 3, step 4). */
export function hasReached(position: Position, coordinate: BinlogCoordinate): boolean {
  const reached = coordinateOf(position);
  if (reached.serverId === coordinate.serverId) return isPast(reached, coordinate);
  throw new SluiceError({
    code: 'POSITION_OF_ANOTHER_SERVER',
    message: `The stream reads server ${reached.serverId}, the coordinate is of server ${coordinate.serverId}.`,
    remedy: 'The source failed over in between; what was read is read again from the new server.',
    disposition: 'retry',
  });
}

/**
 * Whether a stage that stands at `position` has all that the source had at `head`. In one server's binlog file and
 * offset tell; after a failover, until the new server's own changes come, what was handled does.
 */
export function isAtHead(position: Position, head: Position): boolean {
  const reached = coordinateOf(position);
  const end = coordinateOf(head);
  if (reached.serverId === end.serverId) return isPast(reached, end);
  const order = comparePositions(position, head);
  return order === 'equal' || order === 'after';
}

/** File and offset of the position in the binlog of the server that was read. */
export function coordinateOf(position: Position): BinlogCoordinate {
  const { server } = position;
  const inside = known(position);
  if (inside instanceof PostgresqlPosition) throw anotherKind(server, 'mysql');
  return inside.coordinate;
}

/** What WAIT_FOR_EXECUTED_GTID_SET (MySQL) and MASTER_GTID_WAIT (MariaDB) take; on PostgreSQL the LSN. */
export function gtidText(position: Position): string {
  const inside = known(position);
  return inside instanceof PostgresqlPosition ? inside.text : inside.handled.text;
}

/** Short, for people: `bin.000003:1540`, or the LSN. */
export function describePosition(position: Position): string {
  const inside = known(position);
  if (inside instanceof PostgresqlPosition) return inside.text;
  return `${inside.coordinate.file}:${inside.coordinate.offset}`;
}

function known(position: Position): KnownPosition {
  if (position instanceof MysqlPosition) return position;
  if (position instanceof MariadbPosition) return position;
  if (position instanceof PostgresqlPosition) return position;
  return parsePosition(position.server, position.text);
}

function orderOf(holdsRight: boolean, holdsLeft: boolean): PositionOrder {
  if (holdsRight && holdsLeft) return 'equal';
  if (holdsRight) return 'after';
  return holdsLeft ? 'before' : 'neither';
}

function anotherKind(a: ServerKind, b: ServerKind): SluiceError {
  return new SluiceError({
    code: 'POSITION_OF_ANOTHER_KIND',
    message: `A ${a} position cannot be used as one of ${b}.`,
    remedy: 'Give every source its own pipeline name.',
    disposition: 'stop',
  });
}
