import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalInet } from '../../src/column/inet.ts';
import { canonicalJson } from '../../src/column/json-canonical.ts';
import { anyText } from './any-text.ts';
import { canonical, codecFor, copied, fromCell, fromQuery } from './one-value.ts';

const text = codecFor('varchar(40)', 'utf8mb4');

/** A COPY field as PostgreSQL reads it. */
const readCopy = (field: string) =>
  field.replace(/\\(.)/g, (_, c: string) => ({ b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r' })[c] ?? c);

test('every string without NUL passes COPY unchanged', () => {
  const string = anyText(20).filter((value) => !value.includes('\0'));
  fc.assert(
    fc.property(string, (value) => {
      const field = copied(text, fromQuery(text, value), 'text');
      expect(field).not.toMatch(/[\t\n\r]/);
      expect(readCopy(field)).toBe(value);
    }),
  );
});

test('bytes are taken exactly when they are UTF-8 without NUL', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), (bytes) => {
      const field = copied(text, fromQuery(text, Buffer.from(bytes)), 'text');
      const first = isUtf8(bytes) ? '!nul-byte' : '!';
      expect(field.startsWith('!') && /^!(nul-byte|invalid-text)$/.test(field)).toBe(
        !isUtf8(bytes) || bytes.includes(0),
      );
      if (isUtf8(bytes) && bytes.includes(0)) expect(field).toBe(first);
    }),
    { numRuns: 3000 },
  );
});

test('a varchar counts characters, not bytes, and refuses one too many', () => {
  expect(copied(text, fromQuery(text, 'é😀ß'), 'character varying(3)')).toBe('é😀ß');
  expect(copied(text, fromQuery(text, 'é😀ßx'), 'character varying(3)')).toBe('!too-long');
  expect(copied(text, fromQuery(text, 'abc '), 'character varying(3)')).toBe('!too-long');
  expect(copied(text, fromQuery(text, 'ab '), 'character(3)')).toBe('!trailing-space');
});

test('NUL is refused, stripped or replaced as the policy says, and verify expects just that', () => {
  const avro = fromQuery(text, 'a\0b');
  for (const [nul, expected] of [
    ['strip', 'ab'],
    ['replace', 'a\ufffdb'],
  ] as const) {
    expect(copied(text, avro, 'text', { nul, zeroDate: 'refuse' })).toBe(expected);
    expect(canonical(text, avro, 'text', { nul, zeroDate: 'refuse' })).toBe(expected);
  }
  expect(copied(text, avro, 'text')).toBe('!nul-byte');
});

test('bytes that a character set does not know are refused, never turned into a question mark', () => {
  const cp1251 = codecFor('varchar(9)', 'cp1251');
  expect(copied(cp1251, fromQuery(cp1251, Buffer.from([0x41, 0x98])), 'text')).toBe('!invalid-text');
  const latin1 = codecFor('varchar(9)', 'latin1');
  expect(copied(latin1, fromQuery(latin1, Buffer.from([0x80, 0x81])), 'text')).toBe('€\u0081');
});

test('a text enters uuid, inet and jsonb when it is one, and is compared by value', () => {
  expect(copied(text, fromQuery(text, '0123456789abcdef0123456789abcdef'), 'uuid')).toBe(
    '0123456789abcdef0123456789abcdef',
  );
  expect(copied(text, fromQuery(text, 'zz'), 'uuid')).toBe('!not-uuid');
  expect(copied(text, fromQuery(text, '10.0.0.256'), 'inet')).toBe('!not-inet');
  expect(copied(text, fromQuery(text, '{a:1}'), 'jsonb')).toBe('!not-json');
  expect(copied(text, fromQuery(text, '"\\u0000"'), 'jsonb')).toBe('!nul-byte');
  expect(copied(text, fromQuery(text, '"\\\\u0000"'), 'jsonb')).toBe('"\\\\\\\\u0000"');
  expect(copied(text, fromQuery(text, '"\\ud800"'), 'jsonb')).toBe('!invalid-text');
  expect(canonicalInet('2001:DB8::1')).toBe(canonicalInet('2001:0db8:0:0:0:0:0:1'));
  expect(canonicalInet('1.2.3.4/32')).toBe(canonicalInet('1.2.3.4'));
  expect(canonicalInet('1.2.3.4/24')).not.toBe(canonicalInet('1.2.3.4'));
});

test('JSON is compared by value: spaces, order and spelling of numbers do not matter, digits do', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.stringify(value);
      expect(canonicalJson(JSON.stringify(JSON.parse(plain), null, 2))).toBe(canonicalJson(plain));
      expect(JSON.parse(canonicalJson(plain))).toEqual(JSON.parse(plain));
    }),
  );
  expect(canonicalJson('[1.50, 15e-1, 0.0, 100]')).toBe(canonicalJson('[1.5,1.5,0,1E2]'));
  expect(canonicalJson('12345678901234567890')).not.toBe(canonicalJson('12345678901234567891'));
  expect(canonicalJson('{"a":1,"b":2}')).toBe(canonicalJson('{"b":2,"a":3,"a":1}'));
  for (const wrong of ['', '{', '[1,]', '{"a"}', '01', '"\n"', '1 2', 'nul'])
    expect(() => canonicalJson(wrong)).toThrow(SyntaxError);
});

test('a binary column is padded to its length, as the server pads what it shows', () => {
  const binary = codecFor('binary(4)');
  const wire = { code: 254, meta: 254 | (4 << 8) };
  expect(fromCell(binary, wire, Buffer.from([1, 7]))).toEqual(Buffer.from([8, 7, 0, 0, 0]));
  expect(fromCell(binary, wire, Buffer.from([0]))).toEqual(Buffer.from([8, 0, 0, 0, 0]));
});

test('a SET enters an array as its members, with quotes and backslashes kept', () => {
  const set = codecFor(`set('a"b','c\\\\d','plain')`);
  const avro = fromQuery(set, 'a"b,c\\d');
  expect(copied(set, avro, 'text[]')).toBe('{"a\\\\"b","c\\\\\\\\d"}');
  expect(set.canonicalTarget('{"a\\"b","c\\\\d"}', 'text[]')).toBe('a"b,c\\d');
  expect(set.canonicalTarget('{}', 'text[]')).toBe('');
});

test('an array that is no set is not equal to the set whose text it would have', () => {
  const form = (set: ReturnType<typeof codecFor>, text: string) => set.canonicalTarget(text, 'text[]');
  const set = codecFor("set('x','y','z')");
  for (const text of ['{x,z}', '{z,x}', '{x,x,z}']) expect(form(set, text)).toBe('x,z');
  for (const text of ['{"x,z"}', '{{x},{z}}', '[0:1]={x,z}', '{x,z,NULL}', '{x,z,""}'])
    expect(form(set, text)).toBe(text);
  for (const text of ['{""}', '{NULL}', '{{}}']) expect(form(set, text)).not.toBe('');
  expect(form(codecFor("set('NULL','x')"), '{NULL}')).not.toBe(form(codecFor("set('NULL','x')"), '{"NULL"}'));
  expect(form(codecFor("set('','x')"), '{""}')).toBe('');
});

test('an ENUM keeps the empty value of non-strict times until a scan has seen that there is none', () => {
  const codec = codecFor(`enum('it''s','back\\\\slash')`);
  expect(codec.check('"c"', { columnType: '' })).toBe(`"c" IN ('it''s', E'back\\\\slash', '')`);
  expect(codec.check('"c"', { columnType: '', isNeverEmpty: true })).toBe(`"c" IN ('it''s', E'back\\\\slash')`);
});
