import { readUnit } from '../../sql/read/unit.ts';
import type { TokenCursor } from '../../sql/token-cursor.ts';
import type { BodyReader } from '../body-reader.ts';
import type { Event, Schedule, Trigger, TriggerEvent } from '../program.ts';
import { type Head, readProgramName } from './head.ts';
import { readComment } from './routine.ts';

const EVENTS: Readonly<Record<string, TriggerEvent>> = { INSERT: 'insert', UPDATE: 'update', DELETE: 'delete' };

/** Reads a trigger behind its kind. Throws SyntaxFailure where its head does not parse. */
export function readTrigger(reader: BodyReader, head: Head): Trigger {
  const { cursor } = reader;
  const named = readProgramName(cursor);
  const time = cursor.takeOneOf(['BEFORE', 'AFTER']);
  if (time === undefined) throw cursor.failure('BEFORE or AFTER is expected');
  const events = [readTriggerEvent(cursor)];
  while (cursor.dialect.flavor === 'mariadb' && cursor.takeWords('OR')) events.push(readTriggerEvent(cursor));
  cursor.expectWord('ON');
  const { start } = cursor.peek();
  const table = { parts: cursor.path(), ...cursor.since(start) };
  for (const word of ['FOR', 'EACH', 'ROW']) cursor.expectWord(word);
  const order = readOrder(cursor);
  const body = reader.tolerant([], () => reader.statement());
  const own = { time: time === 'BEFORE' ? 'before' : 'after', events, table, order, body } as const;
  const { isReplace, definer } = head;
  return { tag: 'trigger', ...named, isReplace, definer, ...own, ...cursor.since(head.start) };
}

function readTriggerEvent(cursor: TokenCursor): TriggerEvent {
  const found = EVENTS[cursor.peek().upper];
  if (found === undefined) throw cursor.failure('INSERT, UPDATE or DELETE is expected');
  cursor.next();
  return found;
}

function readOrder(cursor: TokenCursor): Trigger['order'] {
  const word = cursor.isName(1) ? cursor.takeOneOf(['FOLLOWS', 'PRECEDES']) : undefined;
  if (word === undefined) return undefined;
  return { place: word === 'FOLLOWS' ? 'follows' : 'precedes', other: cursor.name() };
}

/** Reads an event behind its kind. Throws SyntaxFailure where its head does not parse. */
export function readEvent(reader: BodyReader, head: Head): Event {
  const { cursor } = reader;
  const named = readProgramName(cursor);
  for (const word of ['ON', 'SCHEDULE']) cursor.expectWord(word);
  const schedule = readSchedule(cursor);
  const isPreserved = readCompletion(cursor);
  const status = readStatus(cursor);
  const comment = cursor.takeWords('COMMENT') ? readComment(cursor) : undefined;
  cursor.expectWord('DO');
  const body = reader.tolerant([], () => reader.statement());
  const own = { schedule, isPreserved, status, comment, body };
  const { isReplace, definer } = head;
  return { tag: 'event', ...named, isReplace, definer, ...own, ...cursor.since(head.start) };
}

function readSchedule(cursor: TokenCursor): Schedule {
  const { start } = cursor.peek();
  if (cursor.takeWords('AT')) return { tag: 'at', moment: cursor.expression(), ...cursor.since(start) };
  cursor.expectWord('EVERY');
  const amount = cursor.expression();
  const unit = readUnit(cursor);
  const starts = cursor.takeWords('STARTS') ? cursor.expression() : undefined;
  const ends = cursor.takeWords('ENDS') ? cursor.expression() : undefined;
  return { tag: 'every', amount, unit, starts, ends, ...cursor.since(start) };
}

function readCompletion(cursor: TokenCursor): boolean {
  if (!cursor.takeWords('ON', 'COMPLETION')) return false;
  const isNot = cursor.takeWords('NOT');
  cursor.expectWord('PRESERVE');
  return !isNot;
}

function readStatus(cursor: TokenCursor): Event['status'] {
  if (cursor.takeWords('ENABLE')) return 'enabled';
  if (!cursor.takeWords('DISABLE')) return 'enabled';
  if (!cursor.takeWords('ON')) return 'disabled';
  if (cursor.takeOneOf(['SLAVE', 'REPLICA']) === undefined) throw cursor.failure('REPLICA is expected');
  return 'disabled-on-replica';
}
