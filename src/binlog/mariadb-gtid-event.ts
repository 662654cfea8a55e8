import type { DomainGtid } from '../position/domain-gtid.ts';
import type { EventHeader } from './event.ts';
import type { EventCursor } from './event-cursor.ts';

export interface MariadbGtidEvent {
  readonly gtid: DomainGtid;
  /** One statement follows and no commit event: DDL. */
  readonly isStandalone: boolean;
  /** The rows that follow are of an XA PREPARE; no XA START stands before them. */
  readonly isPrepare: boolean;
  /** XA COMMIT or XA ROLLBACK of a prepared transaction. */
  readonly isDecision: boolean;
  /** First or failed half of a two-phase ALTER (binlog_alter_two_phase): its statement has not changed a table. */
  readonly isAlterPending: boolean;
}

const STANDALONE = 0x01;
const GROUP_COMMIT_ID = 0x02;
const PREPARED_XA = 0x40;
const COMPLETED_XA = 0x80;
const EXTRA_MULTI_ENGINE = 0x01;
const EXTRA_START_ALTER = 0x02;
const EXTRA_ROLLBACK_ALTER = 0x08;

/** MariaDB's GTID_EVENT; it stands in the place of BEGIN. */
export function readMariadbGtid(cursor: EventCursor, header: EventHeader): MariadbGtidEvent {
  const sequence = cursor.uint64();
  const domain = cursor.uint(4);
  const flags = cursor.byte();
  if (flags & GROUP_COMMIT_ID) cursor.skip(8);
  if (flags & (PREPARED_XA | COMPLETED_XA)) skipXid(cursor);
  const extra = cursor.rest > 0 ? cursor.byte() : 0;
  if (extra & EXTRA_MULTI_ENGINE) cursor.skip(1);
  return {
    gtid: { domain, serverId: header.serverId, sequence },
    isPrepare: (flags & PREPARED_XA) !== 0,
    isDecision: (flags & COMPLETED_XA) !== 0,
    isStandalone: (flags & STANDALONE) !== 0,
    isAlterPending: (extra & (EXTRA_START_ALTER | EXTRA_ROLLBACK_ALTER)) !== 0,
  };
}

function skipXid(cursor: EventCursor): void {
  cursor.skip(4);
  const lengths = cursor.byte() + cursor.byte();
  cursor.skip(lengths);
}
