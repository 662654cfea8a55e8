import { expect, test } from 'vitest';
import { columnTypeOf } from '../../src/column/describe.ts';
import { columnTypeOfWire, type WireMetadata } from '../../src/column/wire-type.ts';

const PLAIN: WireMetadata = { unsigned: false, charset: null, members: null };
const of = (code: number, meta: number, metadata: Partial<WireMetadata> = {}) =>
  columnTypeOfWire({ code, meta }, { ...PLAIN, ...metadata });

test('the catalogue and the table map give one type for one column', () => {
  expect(columnTypeOf('int(10) unsigned zerofill', null)).toEqual(of(3, 0, { unsigned: true }));
  expect(columnTypeOf('tinyint(1)', null)).toEqual(of(1, 0));
  expect(columnTypeOf('decimal(10,2) unsigned', null)).toEqual(of(246, 10 | (2 << 8)));
  expect(columnTypeOf('bit(9)', null)).toEqual(of(16, 1 | (1 << 8)));
  expect(columnTypeOf('varchar(300)', 'utf8mb3')).toEqual(of(15, 900, { charset: 'utf8mb3' }));
  expect(columnTypeOf('char(255)', 'utf8mb4')).toEqual(of(254, 0xce | (0xfc << 8), { charset: 'utf8mb4' }));
  expect(columnTypeOf('longtext', 'latin1')).toEqual(of(252, 4, { charset: 'latin1' }));
  expect(columnTypeOf('longblob', null)).toEqual(of(252, 4, { charset: 'binary' }));
  expect(columnTypeOf('binary(16)', null)).toEqual(of(254, 0xfe | (16 << 8), { charset: 'binary' }));
  expect(columnTypeOf('datetime(6)', null)).toEqual(of(18, 6));
  expect(columnTypeOf('timestamp /* mariadb-5.3 */', null)).toEqual(of(7, 0));
  expect(columnTypeOf('year(4)', null)).toEqual(of(13, 0));
  expect(columnTypeOf('multipolygon', null)).toEqual(of(255, 4));
});

test('members of ENUM and SET keep quotes, commas, parentheses, backslashes and foreign letters', () => {
  const members = ["it's", 'a,b', 'x)y', 'back\\slash', 'é', ''];
  const bytes = members.map((member) => Buffer.from(member, 'latin1'));
  const printed = "enum('it''s','a,b','x)y','back\\\\slash','é','')";
  expect(columnTypeOf(printed, 'latin1')).toEqual({ kind: 'enum', members });
  expect(of(254, 247 | (1 << 8), { charset: 'latin1', members: bytes })).toEqual({ kind: 'enum', members });
  expect(of(248, 0, { charset: 'latin1', members: bytes })).toEqual({ kind: 'set', members });
});

test("MariaDB's own types come from the catalogue's hint", () => {
  const wire = { code: 254, meta: 0xfe | (16 << 8) };
  expect(columnTypeOfWire(wire, { ...PLAIN, charset: 'binary' }, { kind: 'uuid' })).toEqual({ kind: 'uuid' });
  expect(columnTypeOfWire(wire, { ...PLAIN, charset: 'binary' }, { kind: 'date' })).toEqual({
    kind: 'binary',
    bytes: 16,
  });
});
