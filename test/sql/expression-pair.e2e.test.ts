import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadModule, parseSync } from 'libpg-query';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dialect } from '../../src/sql/dialect.ts';
import { parseExpression } from '../../src/sql/parse.ts';
import { emptyScope } from '../../src/sql/scope.ts';
import { type Translation, translateExpression } from '../../src/sql/translate.ts';
import { canonical, TwoServers } from './two-servers.ts';

/** A pair that was run on MariaDB 10.11 and PostgreSQL 15: `eq` tells whether they answered alike. */
interface Pair {
  readonly m: string;
  readonly p: string;
  readonly eq: boolean;
}

const FILE = fileURLToPath(new URL('expression-pair.json', import.meta.url));
const PAIRS = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Pair[];
const MYSQL = dialect('mysql', 90_704);

/** Functions that have no form on a PostgreSQL 15 without extensions, or only one inside a program: never guessed. */
const NOT_GIVEN = new Set([
  ...["SHA1('a')", "CRC32('abc')", "COMPRESS('') = ''", "HEX(AES_ENCRYPT('a','k')) IS NOT NULL"],
  ...['FOUND_ROWS() >= 0', 'LAST_INSERT_ID() >= 0'],
]);
/** MySQL 9.7 has no MD5; it shows PI() with six digits, of which the value has more. */
const NOT_COMPARED = new Set(["MD5('a')", 'PI()']);

function translate(text: string): Translation {
  return translateExpression(parseExpression(text, MYSQL), emptyScope(MYSQL), 'value');
}

/** Bytes as the text that a client of MySQL sees. */
function shown({ sql = 'NULL', type }: Translation): string {
  return type.kind === 'bytes' ? `convert_from(${sql}, 'UTF8')` : sql;
}

const squeezed = (sql: string): string => sql.toLowerCase().replaceAll(/[\s()]/g, '');

let servers: TwoServers;
beforeAll(async () => {
  await loadModule();
  servers = await TwoServers.open();
});
afterAll(async () => {
  await servers[Symbol.asyncDispose]();
});

describe('of the 312 measured pairs', () => {
  test('each that is equal has a translation, but for those that are named', () => {
    const missing = PAIRS.filter(({ m, eq }) => eq && translate(m).sql === undefined).map(({ m }) => m);
    expect(new Set(missing)).toEqual(NOT_GIVEN);
  });

  test('each translation is SQL to PostgreSQL’s own parser', () => {
    for (const { m } of PAIRS) {
      const { sql } = translate(m);
      if (sql !== undefined) expect(() => parseSync(`SELECT ${sql}`), `${m}: ${sql}`).not.toThrow();
    }
  });

  test('each translation of an equal pair answers on PostgreSQL what MySQL answers', async () => {
    const asked = [...new Set(PAIRS.filter(({ eq }) => eq).map(({ m }) => m))].filter(
      (m) => !NOT_GIVEN.has(m) && !NOT_COMPARED.has(m),
    );
    const ours = asked.map(translate);
    const left = (await servers.askMysql(asked)).map(canonical);
    const right = (await servers.askPostgres(ours.map(shown))).map(canonical);
    const rows = asked.map((m, at) => ({ m, sql: ours[at]?.sql, answer: right[at] }));
    expect(rows).toEqual(asked.map((m, at) => ({ m, sql: ours[at]?.sql, answer: left[at] })));
  });

  test('no translation is the form that was measured as unequal', () => {
    const good = new Set(PAIRS.filter(({ eq }) => eq).map(({ m, p }) => `${m} ${squeezed(p)}`));
    for (const { m, p, eq } of PAIRS) {
      const { sql } = translate(m);
      if (eq || sql === undefined || m.startsWith('JSON') || m.includes('JSON_') || good.has(`${m} ${squeezed(p)}`))
        continue;
      if (translate(m).findings.length === 0) expect({ m, sql: squeezed(sql) }).not.toEqual({ m, sql: squeezed(p) });
    }
  });

  test('each translation of an unequal pair answers as MySQL does, or a finding says where it may not', async () => {
    const asked = [...new Set(PAIRS.filter(({ eq }) => !eq).map(({ m }) => m))];
    const given = asked.map((m) => ({ m, ours: translate(m) })).filter(({ ours }) => ours.sql !== undefined);
    const left = (await servers.askMysql(given.map(({ m }) => m))).map(canonical);
    const right = (await servers.askPostgres(given.map(({ ours }) => shown(ours)))).map(canonical);
    const silent = given.filter(({ ours }, at) => left[at] !== right[at] && ours.findings.length === 0);
    expect(silent).toEqual([]);
  });
});
