import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENT, type EventHeader } from '../../src/binlog/event.ts';
import { EventCursor } from '../../src/binlog/event-cursor.ts';
import { readTaggedGtid } from '../../src/binlog/gtid-event.ts';
import { readHeartbeat } from '../../src/binlog/heartbeat-event.ts';
import { Outbox } from '../../src/binlog/outbox.ts';
import { Place } from '../../src/binlog/place.ts';
import { xaStatement } from '../../src/binlog/prepared.ts';
import type { Change } from '../../src/contract/change.ts';

const HEADER: EventHeader = {
  type: EVENT.heartbeat,
  timestampS: 0,
  serverId: 1,
  sizeBytes: 0,
  endOffset: 0,
  isArtificial: false,
  isIgnorable: false,
};

function cursorOver(...parts: readonly (number[] | string | bigint)[]): EventCursor {
  const bytes = parts.map((part) => {
    if (typeof part !== 'bigint') return Buffer.from(part as string);
    const eight = Buffer.alloc(8);
    eight.writeBigUInt64LE(part);
    return eight;
  });
  return new EventCursor().over(Buffer.concat(bytes));
}

test('offsets in a file longer than 4 GiB go on growing', () => {
  const place = new Place('s', { serverId: 's', file: 'b.000001', offset: 4 });
  place.rotate('b.000002', 4);
  let offset = 4;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (size) => {
      offset += size;
      place.advance(offset % 2 ** 32);
      expect(place.coordinate).toEqual({ serverId: 's', file: 'b.000002', offset });
    }),
  );
  expect(offset).toBeGreaterThan(2 ** 33);
});

test('until the stream is past the coordinate it was resumed at, that one holds; another server begins its own', () => {
  const resumed = { serverId: 's', file: 'b.000007', offset: 900 };
  const same = new Place('s', resumed);
  same.rotate('b.000005', 4);
  expect(same.coordinate).toEqual(resumed);
  same.beat({ file: 'b.000007', offset: 1000, isExact: false });
  expect(same.coordinate).toEqual({ ...resumed, offset: 1000 });
  const other = new Place('t', resumed);
  other.rotate('b.000005', 4);
  expect(other.coordinate).toEqual({ serverId: 't', file: 'b.000005', offset: 4 });
});

test('a heartbeat is read in all three forms', () => {
  const plain = readHeartbeat(cursorOver('bin.000001'), { ...HEADER, endOffset: 77 });
  expect(plain).toEqual({ file: 'bin.000001', offset: 77, isExact: false });
  const large = readHeartbeat(cursorOver(5_000_000_000n, 'bin.000001'), HEADER);
  expect(large).toEqual({ file: 'bin.000001', offset: 5_000_000_000, isExact: true });
  const fields = cursorOver([1, 10], 'bin.000001', [2, 9, 0xfe], 5_000_000_000n, [0]);
  expect(readHeartbeat(fields, { ...HEADER, type: EVENT.heartbeatV2 })).toEqual(large);
});

test('a tagged GTID is read as MySQL serialises it', () => {
  const uuid = Array.from({ length: 16 }, (_, i) => i * 2);
  // version 1, size, last field, flags 1, uuid, number 300 (doubled, two bytes), tag, immediate commit time 5
  const body = [
    2,
    1 << 1,
    24 << 1,
    0,
    2,
    2,
    ...uuid.map((byte) => byte << 1),
    4,
    0b01100001,
    0b1001,
    6,
    6,
    116,
    97,
    103,
  ];
  body.push(12, 10);
  const { gtid, committedAtUs } = readTaggedGtid(cursorOver([2, body.length << 1, ...body.slice(2)]));
  expect(gtid).toEqual({
    source: `${uuidOf(uuid)}:tag`,
    number: 300n,
  });
  expect(committedAtUs).toBe(5n);
});

function uuidOf(bytes: readonly number[]): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

test('XA statements are told from others, and name their transaction in one way', () => {
  expect(xaStatement("XA COMMIT X'6162',X'',1")).toEqual({ verb: 'COMMIT', xid: '6162,,1' });
  expect(xaStatement("XA ROLLBACK X'AB'")).toEqual({ verb: 'ROLLBACK', xid: 'ab,,1' });
  expect(xaStatement("XA START X'6162',X'63',7")).toEqual({ verb: 'START', xid: '6162,63,7' });
  expect(xaStatement('COMMIT')).toBeNull();
});

const BEGIN: Change = { tag: 'begin', gtid: null, committedAtUs: 0n, coordinate: null };
const mark = (): Change => ({ tag: 'mark', state: new Map() });

test('an open transaction is held back until it is whole, and flows when it is large', () => {
  const outbox = new Outbox(100);
  outbox.begin(BEGIN);
  outbox.push(mark());
  outbox.count(60);
  expect(outbox.take()).toEqual([]);
  expect(outbox.readyBytes).toBe(0);
  outbox.push(mark());
  outbox.count(60);
  expect(outbox.readyBytes).toBe(120);
  expect(outbox.take()).toHaveLength(3);
  outbox.push(mark());
  outbox.count(1);
  expect(outbox.take()).toHaveLength(1);
  expect(() => outbox.rollback()).toThrowError(expect.objectContaining({ code: 'SOURCE_ROLLBACK_LOGGED' }));
  expect(() => outbox.abandon()).toThrowError(expect.objectContaining({ code: 'SOURCE_TRANSACTION_BROKEN' }));
  outbox.end(mark());
  expect(outbox.take()).toHaveLength(1);
});

test('what a logged ROLLBACK takes back is taken out, up to its savepoint', () => {
  const outbox = new Outbox(100);
  outbox.push(mark());
  outbox.begin(BEGIN);
  outbox.push(mark());
  outbox.savepoint('s');
  outbox.push(mark());
  expect(outbox.take()).toHaveLength(1);
  outbox.rollback('s');
  outbox.end(mark());
  expect(outbox.take()).toHaveLength(3);
  outbox.begin(BEGIN);
  outbox.push(mark());
  outbox.abandon();
  expect(outbox.take()).toHaveLength(0);
});
