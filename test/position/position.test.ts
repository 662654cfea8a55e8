import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Position } from '../../src/contract/position.ts';
import { DomainGtids } from '../../src/position/domain-gtid.ts';
import { GtidSet } from '../../src/position/gtid-set.ts';
import { MariadbPosition } from '../../src/position/mariadb.ts';
import { MysqlPosition } from '../../src/position/mysql.ts';
import {
  comparePositions,
  coordinateOf,
  describePosition,
  gtidText,
  hasReached,
  parsePosition,
  samePosition,
} from '../../src/position/position.ts';
import { PostgresqlPosition } from '../../src/position/postgresql.ts';

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const B = '2c256447-3f0d-431b-9a25-bddf1f1f6ef6';
const source = fc.constantFrom(A, B, `${A}:tag_a`, `${A}:tag_b`);
const numbers = fc.array(fc.tuple(source, fc.bigInt({ min: 1n, max: 30n })), { maxLength: 40 });
const coordinate = fc.record({
  serverId: fc.constantFrom(A, B),
  file: fc.constantFrom('bin.000001', 'my bin,~:1.000002', 'bin.1000000'),
  offset: fc.nat(),
});

function setOf(list: readonly (readonly [string, bigint])[]): GtidSet {
  return list.reduce((set, [from, number]) => set.add(from, number), GtidSet.EMPTY);
}

function mysql(list: readonly (readonly [string, bigint])[], undecided: readonly (readonly [string, bigint])[] = []) {
  return new MysqlPosition({
    coordinate: { serverId: A, file: 'bin.000002', offset: 157 },
    handled: setOf([...list, ...undecided]),
    undecided: undecided.map(([from, number]) => ({ source: from, number })),
  });
}

test('a GTID set holds exactly what was added, whatever the order', () => {
  fc.assert(
    fc.property(numbers, source, fc.bigInt({ min: 1n, max: 31n }), (list, from, number) => {
      const set = setOf(list);
      expect(set.has(from, number)).toBe(list.some(([s, n]) => s === from && n === number));
      expect(setOf(list.toReversed()).text).toBe(set.text);
      expect(GtidSet.parse(set.text).text).toBe(set.text);
    }),
  );
});

test('adding to a GTID set leaves the older set as it was', () => {
  fc.assert(
    fc.property(numbers, numbers, (list, more) => {
      const set = setOf(list);
      more.reduce((next, [from, number]) => next.add(from, number), set);
      expect(set.text).toBe(setOf(list).text);
    }),
  );
});

test('taking a GTID out of a set takes out that one alone', () => {
  fc.assert(
    fc.property(numbers, source, fc.bigInt({ min: 1n, max: 31n }), (list, from, number) => {
      const rest = list.filter(([s, n]) => s !== from || n !== number);
      expect(setOf(list).without(from, number).text).toBe(setOf(rest).text);
    }),
  );
});

test('a GTID set is printed as MySQL prints it', () => {
  const text = `${B}:1-27,${A}:1-5:11-18:tag_a:1:tag_b:2-3`;
  expect(GtidSet.parse(`${A.toUpperCase()}:1-5:11-18:tag_b:2-3:tag_a:1,\n${B}:1-27`).text).toBe(text);
  expect(GtidSet.parse(`${A}:9223372036854775807`).text).toBe(`${A}:9223372036854775807`);
});

test('a text that is no GTID set is refused', () => {
  for (const text of [
    'x',
    A,
    `${A}:0`,
    `${A}:2-1`,
    `${A}:1-2-3`,
    `${A}:tag`,
    `${A}:1:tag`,
    `${A}:9223372036854775808`,
  ]) {
    expect(() => GtidSet.parse(text), text).toThrow(RangeError);
  }
  for (const text of ['1', '1-2', '1-2-x', '4294967296-1-1', '0-1-1,0-2-2', '0-1-18446744073709551616']) {
    expect(() => DomainGtids.parse(text), text).toThrow(RangeError);
  }
});

test('positions are ordered as their sets of transactions include one another', () => {
  fc.assert(
    fc.property(numbers, numbers, (left, right) => {
      const names = (list: typeof left) => new Set(list.map(([s, n]) => `${s}/${n}`));
      const [a, b] = [names(left), names(right)];
      const within = (some: Set<string>, all: Set<string>) => [...some].every((name) => all.has(name));
      const expected = within(a, b) ? (within(b, a) ? 'equal' : 'before') : within(b, a) ? 'after' : 'neither';
      expect(comparePositions(mysql(left), mysql(right))).toBe(expected);
      expect(samePosition(mysql(left), mysql(right))).toBe(expected === 'equal');
    }),
  );
});

test('every position reads back from its text, and the text is printable', () => {
  const check = (position: Position) => {
    expect(position.text).toMatch(/^[\x20-\x7e]+$/);
    expect(parsePosition(position.server, position.text)).toEqual(position);
    expect(parsePosition(position.server, position.text).text).toBe(position.text);
    expect(samePosition(position, { server: position.server, text: position.text })).toBe(true);
  };
  fc.assert(
    fc.property(coordinate, numbers, numbers, (at, list, open) => {
      const undecided = open.map(([from, number]) => ({ source: from, number }));
      const position = new MysqlPosition({ coordinate: at, handled: GtidSet.parse(setOf(list).text), undecided });
      expect(parsePosition('mysql', position.text).text).toBe(position.text);
      expect(coordinateOf({ server: 'mysql', text: position.text })).toEqual(at);
    }),
  );
  const gtids = DomainGtids.parse('1-7-18446744073709551615, 0-1-5');
  const at = { serverId: '1', file: 'bin.000001', offset: 4 };
  check(new MariadbPosition({ coordinate: at, handled: gtids, dumpFrom: null }));
  check(new MariadbPosition({ coordinate: at, handled: gtids, dumpFrom: DomainGtids.EMPTY }));
  check(new MariadbPosition({ coordinate: at, handled: DomainGtids.EMPTY, dumpFrom: null }));
  check(new PostgresqlPosition(0x16b374d848n));
  check(new PostgresqlPosition(2n ** 64n - 1n));
});

test('a MariaDB position is past another only when it is so in every domain', () => {
  const of = (text: string) =>
    new MariadbPosition({
      coordinate: { serverId: '1', file: 'b.000001', offset: 4 },
      handled: DomainGtids.parse(text),
      dumpFrom: null,
    });
  expect(comparePositions(of('0-1-5'), of('0-1-6'))).toBe('before');
  expect(comparePositions(of('0-2-7'), of('0-1-6'))).toBe('after');
  expect(comparePositions(of('0-1-5,1-1-1'), of('0-1-6'))).toBe('neither');
  expect(comparePositions(of('0-1-6'), of('0-2-6'))).toBe('neither');
  expect(comparePositions(of(''), of('0-1-1'))).toBe('before');
});

test('LSNs are ordered as numbers', () => {
  const of = (text: string) => parsePosition('postgresql', text);
  expect(comparePositions(of('9/0'), of('10/0'))).toBe('before');
  expect(comparePositions(of('10/F'), of('10/E'))).toBe('after');
});

test('undecided XA PREPAREs count as handled and are left out of the resume set (INV-12)', () => {
  const position = mysql(
    [
      [A, 1n],
      [A, 2n],
      [A, 4n],
    ],
    [[A, 3n]],
  );
  expect(position.resume.text).toBe(`${A}:1-2:4`);
  expect(gtidText(position)).toBe(`${A}:1-4`);
  expect(parsePosition('mysql', position.text)).toHaveProperty('resume.text', `${A}:1-2:4`);
  expect(samePosition(position, mysql([1n, 2n, 3n, 4n].map((n) => [A, n])))).toBe(true);
});

test('a coordinate is reached by file number and offset, on the same server only', () => {
  const at = (file: string, offset: number, serverId = A) => ({ serverId, file, offset });
  const position = (file: string, offset: number) =>
    new MysqlPosition({ coordinate: at(file, offset), handled: GtidSet.EMPTY, undecided: [] });
  expect(hasReached(position('bin.999999', 9), at('bin.1000000', 4))).toBe(false);
  expect(hasReached(position('bin.1000000', 4), at('bin.999999', 9))).toBe(true);
  expect(hasReached(position('bin.000002', 9), at('bin.000002', 9))).toBe(true);
  expect(hasReached(position('bin.000002', 8), at('bin.000002', 9))).toBe(false);
  expect(() => hasReached(position('bin.000002', 9), at('bin.000002', 9, B))).toThrowError(
    expect.objectContaining({ code: 'POSITION_OF_ANOTHER_SERVER', disposition: 'retry' }),
  );
});

test('a position that is not ours is refused by code', () => {
  for (const [server, text] of [
    ['mysql', 'x'],
    ['mariadb', '1 b:4'],
    ['mariadb', '1 b:4 - x'],
    ['postgresql', '1'],
  ] as const) {
    expect(() => parsePosition(server, text)).toThrowError(expect.objectContaining({ code: 'POSITION_UNREADABLE' }));
  }
  expect(() => comparePositions(mysql([]), new PostgresqlPosition(1n))).toThrowError(
    expect.objectContaining({ code: 'POSITION_OF_ANOTHER_KIND' }),
  );
  expect(() => coordinateOf(new PostgresqlPosition(1n))).toThrow();
});

test('a position is described in a few words', () => {
  expect(describePosition(mysql([]))).toBe('bin.000002:157');
  expect(describePosition(new PostgresqlPosition(1n))).toBe('0/1');
});

test('adding a transaction to a position costs about a microsecond', () => {
  let set = GtidSet.parse(`${B}:1-5:7-9:11,${A}:1-100`);
  // Of the processor: on a busy machine there is less of it in the same time.
  const before = process.cpuUsage();
  for (let number = 101n; number < 100_101n; number++) set = set.add(A, number);
  const eachUs = process.cpuUsage(before).user / 100_000;
  expect(set.text).toBe(`${B}:1-5:7-9:11,${A}:1-100100`);
  expect(eachUs).toBeLessThan(10);
});
