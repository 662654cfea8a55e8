import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Assembler } from '../../src/binlog/assembler.ts';
import { unreadable } from '../../src/binlog/error.ts';
import { type EventHeader, readHeader } from '../../src/binlog/event.ts';
import { EventCursor } from '../../src/binlog/event-cursor.ts';
import { historyFrom } from '../../src/binlog/history.ts';
import { BinlogLink } from '../../src/binlog/link.ts';
import { Outbox } from '../../src/binlog/outbox.ts';
import { Place } from '../../src/binlog/place.ts';
import { preflight } from '../../src/binlog/preflight.ts';
import { PreparedTransactions } from '../../src/binlog/prepared.ts';
import { TableRegistry } from '../../src/binlog/table-registry.ts';
import type { Change } from '../../src/contract/change.ts';
import { SluiceError } from '../../src/contract/error.ts';
import { describeTable } from '../../src/mysql/catalogue.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { Source, story } from './source.ts';

/** Real events, damaged: whatever their bytes say, the reader ends in an error of its own, and never hangs. */
export function damageContract(server: RunningServer): void {
  let source: Source;
  let events: readonly Buffer[];
  let assemble: (events: readonly Buffer[]) => Promise<readonly Change[]>;

  beforeAll(async () => {
    source = await Source.open(server);
    await source.reset();
    const from = await preflight(source.settings, await source.head());
    await source.run(
      "CREATE TABLE e (id int, b char(3), k enum('a','b'), s set('x','y'), d decimal(9,3), t datetime(3), PRIMARY KEY (id, b))",
      "INSERT INTO e VALUES (1, 'abc', 'b', 'x,y', 1.5, now()), (2, 'b', NULL, NULL, NULL, NULL)",
      "BEGIN; UPDATE e SET d = 2; DELETE FROM e WHERE id = 1; INSERT INTO a VALUES (1, 'x', 1); COMMIT",
      'ALTER TABLE a RENAME TO z',
      'RENAME TABLE z TO a',
    );
    await source.xa('dmg', 5);
    await source.decide('COMMIT', 'dmg');
    await source.run('FLUSH BINARY LOGS', "INSERT INTO a VALUES (9, 'end', 1)");
    const version = await describeTable(source.session, source.database, 'e');
    const other = await describeTable(source.session, source.database, 'a');
    assemble = async (list) => {
      const place = new Place(from.serverIdentity, from.from.coordinate);
      const outbox = new Outbox(1 << 20);
      const { charsets } = from;
      const tables = new TableRegistry(
        {
          isPublished: (database) => database === source.database,
          describe: async (_, table) => (table === 'e' ? version : other),
          charsets,
          hasGeometryCharset: server.kind === 'mariadb',
        },
        { tables: [], before: from.head },
      );
      const prepared = new PreparedTransactions(1 << 20);
      const assembler = new Assembler({ history: historyFrom(from.from), place, tables, outbox, prepared, charsets });
      const cursor = new EventCursor();
      for (const event of list) await assembler.take(cursor, header(cursor.over(event)));
      return outbox.take();
    };
    events = await collectEvents(source, from.from.resume.text);
  });
  afterAll(() => source?.close());

  test('undamaged, they tell what happened', async () => {
    expect(story(await assemble(events)).at(-2)).toBe('c a (id=9 v=end n=1) key 12');
  });

  test('cut anywhere, or with any bytes changed, an event ends in an error of ours or reads as another', async () => {
    const damage = fc.record({
      event: fc.nat(events.length - 1),
      length: fc.option(fc.nat(400)),
      changes: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ event, length, changes }) => {
        const list = events.map((bytes, i) => (i === event ? damaged(bytes, length, changes) : bytes));
        await assemble(list).catch((error: unknown) => expect(error).toBeInstanceOf(SluiceError));
      }),
      { numRuns: 800 },
    );
  });
}

function header(cursor: EventCursor): EventHeader {
  try {
    return readHeader(cursor, 0);
  } catch (error) {
    throw unreadable(error, 0, 'here');
  }
}

function damaged(bytes: Buffer, length: number | null, changes: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes.subarray(0, Math.max(19, length ?? bytes.length)));
  for (const [at, value] of changes) if (at >= 19 && at < copy.length) copy[at] = value;
  copy.writeUInt32LE(copy.length, 9);
  return copy;
}

/** Events up to the last row written, without their checksums. */
async function collectEvents(source: Source, gtids: string): Promise<Buffer[]> {
  const abort = new AbortController();
  const { settings } = source;
  const identity = { serverId: 50_000 + Math.floor(Math.random() * 1e6), readerUuid: randomUUID() };
  const link = new BinlogLink({ settings, ...identity, gtids, heartbeatMs: 1000, signal: abort.signal });
  const events: Buffer[] = [];
  try {
    for await (const packets of link.packets()) {
      for (const { bytes, start, end } of packets) {
        const event = Buffer.from(bytes.subarray(start, end - 4));
        event.writeUInt32LE(event.length, 9);
        events.push(event);
        if (event.includes('end') && events.some((other) => other.includes('RENAME TABLE z'))) abort.abort();
      }
      if (abort.signal.aborted) break;
    }
  } finally {
    link.close();
  }
  return events;
}
