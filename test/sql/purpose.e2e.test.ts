import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { dialect } from '../../src/sql/dialect.ts';
import { parseExpression } from '../../src/sql/parse.ts';
import { emptyScope, type Scope } from '../../src/sql/scope.ts';
import { type Purpose, type Translation, translateExpression } from '../../src/sql/translate.ts';
import { columnType, type ValueType } from '../../src/sql/value-type.ts';
import { TwoServers } from './two-servers.ts';

const MYSQL = dialect('mysql', 90_704);
const CI = 'utf8mb4_0900_ai_ci';
const COLUMNS: Readonly<Record<string, readonly [type: ValueType, postgres: string]>> = {
  qty: [columnType('int'), 'integer'],
  price: [columnType('decimal(10,2)'), 'numeric(10,2)'],
  name: [columnType('varchar(20)', CI), 'varchar(20)'],
  flag: [columnType('tinyint(1)', undefined, 'boolean'), 'boolean'],
  state: [columnType("enum('a','b')", CI), 'text'],
  tags: [columnType("set('a','b')", CI), 'text[]'],
  made_at: [columnType('timestamp'), 'timestamptz'],
  seen_at: [columnType('datetime'), 'timestamp'],
  born_on: [columnType('date'), 'date'],
  doc: [columnType('json'), 'jsonb'],
  bin: [columnType('binary(4)'), 'bytea'],
};

function translate(text: string, purpose: Purpose, mustBeImmutable = false): Translation {
  const scope: Scope = {
    ...emptyScope(MYSQL),
    mustBeImmutable,
    resolve: (parts) => {
      const name = parts.at(-1)?.text ?? '';
      const found = COLUMNS[name];
      return found === undefined ? undefined : { sql: name, type: found[0] };
    },
  };
  return translateExpression(parseExpression(text, MYSQL), scope, purpose);
}

let database: FreshDatabase;
let servers: TwoServers;
beforeAll(async () => {
  database = await freshDatabase(await startServer('postgres'), 'purpose');
  servers = await TwoServers.open(undefined, database.url);
  const columns = Object.entries(COLUMNS).map(([name, [, type]]) => `${name} ${type}`);
  await servers.postgres.query(`CREATE TABLE part (${columns.join(', ')})`);
});
afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  await database.drop();
});

describe('a default is brought to the type of its column', () => {
  test.each([
    ['flag', '1', 'true'],
    ['flag', "'0'", 'false'],
    ['flag', "b'1'", 'true'],
    ['price', "'0.50'", '0.50'],
    ['qty', "'-7'", '-7'],
    ['made_at', 'CURRENT_TIMESTAMP', "date_trunc('second', statement_timestamp())"],
    ['seen_at', 'CURRENT_TIMESTAMP', "date_trunc('second', statement_timestamp()) AT TIME ZONE 'UTC'"],
    ['seen_at', "'0000-00-00 00:00:00'", 'NULL::date::timestamp'],
    ['born_on', "'2020-01-02'", "DATE '2020-01-02'"],
    ['name', "'it''s'", "'it''s'"],
    ['doc', 'JSON_ARRAY()', 'jsonb_build_array()'],
    ['doc', "'{}'", "'{}'::jsonb"],
  ])('%s DEFAULT %s', async (name, text, expected) => {
    const { sql } = translate(text, { column: COLUMNS[name]?.[0] ?? { kind: 'unknown' } });
    expect(sql).toBe(expected);
    await servers.postgres.query(`ALTER TABLE part ALTER ${name} SET DEFAULT ${sql}`);
  });
});

describe('a CHECK is a condition that the target takes and that refuses what MySQL refuses', () => {
  test.each([
    ['`qty` > 0 and price >= 0', 'qty, price', '0, 1', '1, 1'],
    ["name <> ''", 'name', "''", "'x'"],
    ["state in ('a','b')", 'state', "'c'", "'b'"],
    ['flag in (0,1)', 'flag', '', 'true'],
    ['char_length(name) > 3', 'name', "'abc'", "'abcd'"],
    ["name regexp '^[a-z]+$'", 'name', "'a1'", "'Abc'"],
    ["born_on > '2020-01-01'", 'born_on', "'2019-12-31'", "'2020-01-02'"],
    ["born_on <> '0000-00-00'", 'born_on', 'NULL', "'2020-01-02'"],
    ['octet_length(bin) = 4', 'bin', "'abc'", "'abcd'"],
    ["doc->'$.a' = 1", 'doc', '\'{"a":2}\'', '\'{"a":1}\''],
    ["doc->>'$.a' = 'x'", 'doc', '\'{"a":"y"}\'', '\'{"a":"X"}\''],
    ["find_in_set('a', tags)", 'tags', "'{b}'", "'{b,a}'"],
    ["tags <> 'a,b'", 'tags', "'{a,b}'", "'{b}'"],
    ['price % 2 = 0', 'price', '3', '4'],
    ['qty', 'qty', '0', '5'],
    ['case when flag then qty is not null else true end', 'flag, qty', 'true, NULL', 'false, NULL'],
  ])('%s', async (text, columns, refused, taken) => {
    const { sql } = translate(text, 'condition');
    await servers.postgres.query(`CREATE TABLE checked (LIKE part, CHECK (${sql}))`);
    try {
      const insert = (values: string) => servers.postgres.query(`INSERT INTO checked (${columns}) VALUES (${values})`);
      await insert(taken);
      if (refused !== '') await expect(insert(refused)).rejects.toMatchObject({ code: '23514' });
    } finally {
      await servers.postgres.query('DROP TABLE checked');
    }
  });
});

describe('a generated column has an expression that PostgreSQL calls immutable, or a finding', () => {
  test.each([
    ['qty * price', 'numeric'],
    ["concat(name, ' ', state)", 'text'],
    ["date_format(seen_at, '%Y-%m')", 'text'],
    ["date_format(seen_at, '%d.%m.%Y %H:%i:%s')", 'text'],
    ['concat(born_on)', 'text'],
    ['date(made_at)', 'date'],
    ['unix_timestamp(made_at)', 'bigint'],
    ['unix_timestamp(seen_at)', 'bigint'],
    ['year(born_on)', 'integer'],
    ["json_unquote(json_extract(doc, '$.a'))", 'text'],
    ["substring_index(name, ' ', 1)", 'text'],
    ["substring_index(name, '@', -1)", 'text'],
    ['if(flag, 1, NULL)', 'integer'],
    ['qty / 3', 'numeric'],
    ['md5(name)', 'text'],
    ['hex(bin)', 'text'],
    ["timestampdiff(MONTH, born_on, '2020-01-01')", 'bigint'],
    ["cast(doc->>'$.a' as unsigned)", 'numeric'],
  ])('%s', async (text, type) => {
    const { sql, findings } = translate(text, 'value', true);
    expect(findings.map(({ code }) => code)).not.toContain('NOT_IMMUTABLE');
    await servers.postgres.query(`CREATE TABLE made (LIKE part, g ${type} GENERATED ALWAYS AS (${sql}) STORED)`);
    await servers.postgres.query('DROP TABLE made');
  });

  test.each(["concat_ws(',', name, state)", "date_format(seen_at, '%W')", 'now()', 'json_object(name, qty)'])(
    '%s is told to be not immutable',
    (text) => {
      expect(translate(text, 'value', true).findings.map(({ code }) => code)).toContain('NOT_IMMUTABLE');
    },
  );
});

test('the text of a JSON value is that of the source, a JSON null too, and NULL where the document has none', async () => {
  for (const document of ['{"a":null}', '{"b":1}', '{"a":"x"}', '{"a":[1,null]}', '{"a":true}', '"a"', 'null']) {
    for (const path of ['$.a', '$']) {
      const text = `json_unquote(json_extract(doc, '${path}'))`;
      const [source] = await servers.askMysql([text.replace('doc', `CAST('${document}' AS JSON)`)]);
      const { rows } = await servers.postgres.query(
        `SELECT ${translate(text, 'value', true).sql} AS text FROM (SELECT '${document}'::jsonb AS doc) part`,
      );
      expect({ document, path, ...rows[0] }).toEqual({ document, path, ...source });
    }
  }
});

describe('what has no translation gives no SQL', () => {
  test.each([
    ['no_such(name)', 'FUNCTION'],
    ['@a := 1', 'CONSTRUCT'],
    ["match (name) against ('x')", 'CONSTRUCT'],
    ['name +', 'SYNTAX'],
    ["'a\\0b'", 'NUL'],
    ['str_to_date(name, state)', 'FORMAT'],
    ['crc32(name)', 'FUNCTION'],
    ["json_extract(doc, '$.a[1 to 2]')", 'CONSTRUCT'],
  ])('%s', (text, code) => {
    const { sql, findings } = translate(text, 'value');
    expect(sql).toBeUndefined();
    expect(findings).toContainEqual(expect.objectContaining({ code, severity: 'blocked' }));
  });

  test('and a finding has the span of its part', () => {
    const text = 'qty + no_such(name)';
    const [finding] = translate(text, 'value').findings;
    expect(text.slice(finding?.span.start, finding?.span.end)).toBe('no_such(name)');
  });
});
