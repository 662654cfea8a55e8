import { expect, test } from 'vitest';
import { columnType } from '../../src/sql/value-type.ts';

test.each([
  ['datetime', 'timestamp(0) without time zone', { kind: 'datetime', digits: 0 }],
  ['datetime(3)', 'timestamp without time zone', { kind: 'datetime', digits: 3 }],
  ['datetime(6)', 'timestamp with time zone', { kind: 'instant', digits: 6 }],
  ['timestamp', 'timestamp with time zone', { kind: 'instant', digits: 0 }],
  ['varchar(30)', 'timestamp without time zone', { kind: 'datetime', digits: 6 }],
])('a %s that is a %s on the target is printed with the digits that the source gives it', (mysql, target, type) => {
  expect(columnType(mysql, undefined, target)).toEqual(type);
});
