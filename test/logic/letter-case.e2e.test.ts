import { afterAll, beforeAll, expect, test } from 'vitest';
import { dialect } from '../../src/sql/dialect.ts';
import { parseExpression } from '../../src/sql/parse.ts';
import { emptyScope } from '../../src/sql/scope.ts';
import { translateExpression } from '../../src/sql/translate.ts';
import { TwoServers } from '../sql/two-servers.ts';

const MYSQL = dialect('mysql', 90_704);
const COLLATIONS = `SELECT collname FROM pg_collation WHERE collname IN ('pg_c_utf8', 'C.utf8', 'C.UTF-8', 'und-x-icu')
  AND collencoding IN (-1, pg_char_to_encoding('UTF8'))`;

let servers: TwoServers;
beforeAll(async () => {
  servers = await TwoServers.open();
});
afterAll(async () => servers[Symbol.asyncDispose]());

test('letters beyond ASCII have their case by every collation of the target that is taken for it', async () => {
  const [rows] = await servers.postgresRows(COLLATIONS);
  expect(rows.length).toBeGreaterThan(0);
  const asked = ["UPPER('éàüñçøžσж')", "LOWER('ÉÀÜÑÇØŽЖ')", "CONCAT(UCASE('ä'), LCASE('Ö'), 'É')", 'UPPER(NULL)'];
  for (const [caseCollation] of rows) {
    const scope = { ...emptyScope(MYSQL), caseCollation: String(caseCollation) };
    const ours = asked.map((text) => translateExpression(parseExpression(text, MYSQL), scope, 'value').sql ?? '');
    expect(await servers.askPostgres(ours), String(caseCollation)).toEqual(await servers.askMysql(asked));
  }
});
