import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AvroReader } from '../../src/avro/reader.ts';
import { AvroWriter } from '../../src/avro/writer.ts';
import { castType } from '../../src/column/cast-type.ts';
import type { Change, OldRowValue } from '../../src/contract/change.ts';
import { type Column, type TableVersion, tableVersion } from '../../src/contract/table.ts';
import { type Mask, maskText, parseMask } from '../../src/rule/mask.ts';
import { maskProblem } from '../../src/rule/masker.ts';
import { ruledRows, ruleProblems, type TableRules } from '../../src/rule/row-rule.ts';
import { RuleBook } from '../../src/rule/rule-book.ts';
import { ruledStream } from '../../src/rule/ruled-stream.ts';

const TEXT = { kind: 'text', charset: 'utf8mb4' } as const;
const INT = { kind: 'integer', bytes: 4, unsigned: false } as const;

function table(columns: readonly Column[], key: readonly number[] = [0]): TableVersion {
  return tableVersion({ database: 'shop', table: 't', columns, key, uniques: [[1], [2]], cascades: [] });
}

const THREE = table([
  { name: 'id', type: INT, nullable: false },
  { name: 'email', type: TEXT, nullable: true },
  { name: 'name', type: TEXT, nullable: false },
]);

function rules(change: Partial<TableRules>): TableRules {
  return { exclude: [], mask: new Map(), salt: 'sixteen characters', ...change };
}

function row(id: number, email: string | null, name: string): Buffer {
  const out = new AvroWriter();
  out.long(id);
  out.long(email === null ? 0 : 1);
  if (email !== null) out.string(email);
  out.string(name);
  return out.take();
}

function cells(version: TableVersion, image: Uint8Array): unknown[] {
  const reader = new AvroReader().over(image);
  const read = version.columns.map(({ nullable, type }) => {
    if (nullable && reader.byte() === 0) return null;
    return type.kind === 'integer' ? reader.long() : reader.string();
  });
  expect(reader.position).toBe(image.length);
  return read;
}

it('a hash is SHA-256 of salt and value, NULL stays NULL, and the other cells keep their bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.option(fc.string()), fc.string(), (id, email, name) => {
      const ruled = ruledRows(THREE, rules({ mask: new Map<string, Mask>([['email', { kind: 'hash' }]]) }));
      const digest =
        email === null ? null : createHash('sha256').update(`sixteen characters${email.toWellFormed()}`).digest('hex');
      expect(cells(ruled.version, ruled.image(row(id, email, name)))).toEqual([id, digest, name.toWellFormed()]);
    }),
  );
});

it('a text is cut after whole characters, whatever their length in bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 5 }), (name, characters) => {
      const ruled = ruledRows(
        THREE,
        rules({ mask: new Map<string, Mask>([['name', { kind: 'truncate', characters }]]) }),
      );
      const cut = Array.from(name).slice(0, characters).join('');
      expect(cells(ruled.version, ruled.image(row(1, null, name)))).toEqual([1, null, cut]);
    }),
  );
});

it('what is left out leaves no byte and no column, and the key stands where it then is', () => {
  const last = table([...THREE.columns.slice(1), { name: 'id', type: INT, nullable: false }], [2]);
  const ruled = ruledRows(last, rules({ exclude: ['email'] }));
  const out = new AvroWriter();
  out.long(1);
  out.string('secret');
  out.string('name');
  out.long(7);
  expect(cells(ruled.version, ruled.image(out.take()))).toEqual(['name', 7]);
  expect(ruled.version).toMatchObject({ key: [1], uniques: [[0], [1]] });
});

it('a unique key stays one behind a hash, and is none behind what makes values equal', () => {
  const uniquesOf = (mask: Mask) => ruledRows(THREE, rules({ mask: new Map([['email', mask]]) })).version.uniques;
  expect(uniquesOf({ kind: 'hash' })).toEqual([[1], [2]]);
  expect(uniquesOf({ kind: 'null' })).toEqual([[2]]);
  expect(uniquesOf({ kind: 'fixed', text: 'x' })).toEqual([[2]]);
});

it('a key column can be neither masked nor left out', () => {
  const masked = ruleProblems(THREE, rules({ mask: new Map<string, Mask>([['id', { kind: 'hash' }]]) }));
  expect(masked).toMatchObject([{ code: 'RULE_KEY_COLUMN', column: 'id' }]);
  expect(ruleProblems(THREE, rules({ exclude: ['id'] }))).toMatchObject([{ code: 'RULE_KEY_COLUMN' }]);
});

it.each([
  [INT, '12', null],
  [INT, 'abc', 'no integer'],
  [{ kind: 'integer', bytes: 1, unsigned: false } as const, '70000', 'no integer'],
  [{ kind: 'date' } as const, '1970-01-01', null],
  [{ kind: 'date' } as const, '1970-02-31', 'no date'],
  [{ kind: 'datetime', fraction: 6 } as const, '1970-01-01', null],
  [{ kind: 'timestamp', fraction: 3 } as const, '1970-01-01 10:11:12.5', null],
  [{ kind: 'datetime', fraction: 0 } as const, 'never', 'no datetime'],
  [{ kind: 'decimal', precision: 5, scale: 2 } as const, '1.50', null],
  [{ kind: 'decimal', precision: 5, scale: 2 } as const, 'much', 'no decimal'],
  [{ kind: 'enum', members: ['a', 'b'] } as const, 'a', null],
  [{ kind: 'enum', members: ['a', 'b'] } as const, 'c', 'no enum'],
  [{ kind: 'json' } as const, '{"a": 1}', null],
  [{ kind: 'json' } as const, '{"a"', 'no json'],
  [{ kind: 'double' } as const, '-1.25', null],
  [{ kind: 'double' } as const, 'much', 'no double'],
  [{ kind: 'uuid' } as const, '00000000-0000-0000-0000-000000000000', null],
  [{ kind: 'year' } as const, '1999', null],
  [{ kind: 'time', fraction: 2 } as const, '10:11:12', null],
  [TEXT, 'anything', null],
  [{ kind: 'blob' } as const, 'x', 'fixed is not for blob'],
])('a fixed value of %j is %s: %s', (type, text, problem) => {
  const found = maskProblem(type, { kind: 'fixed', text });
  if (problem === null) expect(found).toBeNull();
  else expect(found).toContain(problem);
});

it('a mask reads back as it is written, and nothing else is one', () => {
  for (const text of ['hash', 'null', 'truncate(3)', 'fixed(a (b) c)', 'fixed()']) {
    const mask = parseMask(text);
    expect(mask && maskText(mask)).toBe(text);
  }
  for (const text of ['', 'Hash', 'truncate', 'truncate(x)', 'truncate(-1)', 'hash(x)'])
    expect(parseMask(text)).toBeNull();
});

it.each([
  ['varchar(20)', 'character varying(20)'],
  ['INT', 'integer'],
  ['numeric(10, 2)', 'numeric(10,2)'],
  ['decimal(10)', 'numeric(10,0)'],
  ['timestamptz(3)', 'timestamp(3) with time zone'],
  ['timestamp(6) with time zone', 'timestamp(6) with time zone'],
  ['timestamp with time zone', 'timestamp with time zone'],
  ['char', 'character(1)'],
  ['text[]', 'text[]'],
  ['jsonb', 'jsonb'],
  ['integer(4)', null],
  ['varchar(1,2)', null],
  ['text; DROP TABLE x', null],
  ['money', null],
])('%s is the type %s', (written, printed) => {
  expect(castType(written)).toBe(printed);
});

async function streamed(changes: readonly Change[], book: RuleBook): Promise<readonly Change[]> {
  async function* one() {
    yield changes;
  }
  const out: Change[] = [];
  for await (const batch of ruledStream(one(), book)) out.push(...batch);
  return out;
}

function change(version: TableVersion, after: Buffer): Change {
  return { tag: 'row', op: 'c', table: version, before: null, after, key: null, oldKey: null, cascades: false };
}

const HIDDEN = rules({ mask: new Map<string, Mask>([['email', { kind: 'hash' }]]) });

it('a masked column that may have been renamed ends the stream before a row of it goes out', async () => {
  const columns = [
    ...THREE.columns.filter(({ name }) => name !== 'email'),
    { name: 'mail', type: TEXT, nullable: true },
  ];
  const renamed = tableVersion({ ...THREE, columns, uniques: [] });
  const book = () => new RuleBook({ rulesOf: () => HIDDEN, seenOf: () => ['id', 'email', 'name'] });
  const schema = { tag: 'schema', database: 'shop', table: 't', statement: '', before: THREE, after: renamed } as const;
  await expect(streamed([schema], book())).rejects.toMatchObject({ code: 'RULE_COLUMN_GONE' });
  await expect(streamed([change(renamed, row(1, null, 'x'))], book())).rejects.toMatchObject({
    code: 'RULE_COLUMN_GONE',
  });
});

it('a masked column that is dropped, and a column that is added, are no reason to stop', async () => {
  const dropped = tableVersion({
    ...THREE,
    columns: THREE.columns.filter(({ name }) => name !== 'email'),
    uniques: [],
  });
  const grown = tableVersion({ ...THREE, columns: [...THREE.columns, { name: 'more', type: INT, nullable: true }] });
  const book = new RuleBook({ rulesOf: () => HIDDEN, seenOf: () => ['id', 'email', 'name'] });
  const schema = (after: TableVersion) =>
    ({ tag: 'schema', database: 'shop', table: 't', statement: '', before: THREE, after }) as const;
  expect(await streamed([schema(grown), schema(dropped)], book)).toHaveLength(2);
});

it('a masked column that becomes part of the key ends the stream', async () => {
  const book = new RuleBook({ rulesOf: () => HIDDEN, seenOf: () => [] });
  const keyed = tableVersion({ ...THREE, key: [1] });
  await expect(streamed([change(keyed, row(1, 'a', 'x'))], book)).rejects.toMatchObject({ code: 'RULE_BROKEN' });
});

it('equal versions give one and the same table behind the rules, and a table without rules is passed on as it is', async () => {
  const book = new RuleBook({ rulesOf: (_, name) => (name === 't' ? HIDDEN : null), seenOf: () => [] });
  expect(book.version(THREE)).toBe(book.version(tableVersion({ ...THREE })));
  const other = change(tableVersion({ ...THREE, table: 'u' }), row(1, 'a', 'x'));
  expect((await streamed([other], book))[0]).toBe(other);
});

it('a DDL tells nothing of a column that is left out, and no value of one that is masked', async () => {
  const hidden = rules({ exclude: ['gone'], mask: new Map<string, Mask>([['email', { kind: 'hash' }]]) });
  const book = new RuleBook({ rulesOf: () => hidden, seenOf: () => ['id', 'email', 'name'] });
  const add = (column: string, value: OldRowValue) => ({ act: 'add', column, value }) as const;
  const acts = [
    add('gone', { kind: 'null' }),
    add('email', { kind: 'string', text: 'plain' }),
    add('name', { kind: 'none' }),
  ];
  const columnTypes = { gone: 'int', email: 'varchar(80)', name: 'text' };
  const schema = { tag: 'schema', database: 'shop', table: 't', statement: '', before: THREE, after: THREE } as const;
  expect((await streamed([{ ...schema, acts, columnTypes }], book))[0]).toMatchObject({
    acts: [add('email', { kind: 'unknown' }), add('name', { kind: 'none' })],
    columnTypes: { email: 'varchar(64)', name: 'text' },
  });
  const nullable = { ...schema, acts: [add('email', { kind: 'none' })] };
  expect((await streamed([nullable], book))[0]).toMatchObject({ acts: [add('email', { kind: 'none' })] });
});

it('a table whose rules hide something may not take another name that has none', async () => {
  const book = new RuleBook({ rulesOf: (_, name) => (name === 't' ? HIDDEN : null), seenOf: () => [] });
  const after = tableVersion({ ...THREE, table: 'u' });
  const moved = { tag: 'schema', database: 'shop', table: 'u', statement: '', before: THREE, after } as const;
  const was = { database: 'shop', table: 't' };
  await expect(streamed([{ ...moved, was }], book)).rejects.toMatchObject({ code: 'RULE_TABLE_GONE' });
});
