import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { dialect } from '../../src/sql/dialect.ts';
import { parseExpression } from '../../src/sql/parse.ts';
import { emptyScope, type Scope } from '../../src/sql/scope.ts';
import { translateExpression } from '../../src/sql/translate.ts';
import { columnType } from '../../src/sql/value-type.ts';
import { COLUMNS, EDGE_ROWS, EXPRESSIONS, row, type SampleRow } from './property-sample.ts';
import { canonical, TwoServers } from './two-servers.ts';

const MYSQL = dialect('mysql', 90_704);
const NAMES = Object.keys(COLUMNS) as (keyof SampleRow)[];
const SCOPE: Scope = {
  ...emptyScope(MYSQL),
  orderCollation: 'und-x-icu',
  resolve: (parts) => {
    const name = NAMES.find((one) => one === parts.at(-1)?.text);
    return name === undefined ? undefined : { sql: name, type: columnType(COLUMNS[name][0], 'utf8mb4_0900_ai_ci') };
  },
};

let servers: TwoServers;
let databases: readonly FreshDatabase[];

beforeAll(async () => {
  databases = [
    await freshDatabase(await startServer('mysql'), 'property'),
    await freshDatabase(await startServer('postgres'), 'property'),
  ];
  servers = await TwoServers.open(databases[0]?.url, databases[1]?.url);
  const columns = (side: 0 | 1) => NAMES.map((name) => `${name} ${COLUMNS[name][side]}`).join(', ');
  await servers.mysql.query(`CREATE TABLE sample (id int, ${columns(0)}) COLLATE utf8mb4_0900_ai_ci`);
  await servers.postgres.query(`CREATE TABLE sample (id int, ${columns(1)})`);
});
afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  for (const database of databases) await database.drop();
});

/** The same rows into both tables. */
async function fill(rows: readonly SampleRow[]): Promise<void> {
  const values = rows.map((one, id) => [id, ...NAMES.map((name) => one[name])]);
  await servers.mysql.query('TRUNCATE sample');
  await servers.mysql.query('INSERT INTO sample VALUES ?', [values]);
  await servers.postgres.query('TRUNCATE sample');
  const places = values.map((cells, at) => `(${cells.map((_, of) => `$${at * cells.length + of + 1}`).join(', ')})`);
  await servers.postgres.query(`INSERT INTO sample VALUES ${places.join(', ')}`, values.flat());
}

function translated(expression: string): string {
  const { sql } = translateExpression(parseExpression(expression, MYSQL), SCOPE, 'value');
  return sql ?? 'NULL';
}

/** Every expression over every row, as both servers show it. */
async function answers(expressions: readonly string[]): Promise<readonly (readonly string[])[][]> {
  const source = expressions.map((expression) => `CAST((${expression}) AS CHAR)`).join(', ');
  const target = expressions.map((expression) => `(${translated(expression)})::text`).join(', ');
  const [left] = await servers.mysqlRows(`SELECT ${source} FROM sample ORDER BY id`);
  const [right] = await servers.postgresRows(`SELECT ${target} FROM sample ORDER BY id`);
  const shown = (cells: readonly unknown[]) =>
    cells.map((text) => canonical({ text: text === null ? null : String(text) }));
  return [left.map(shown), right.map(shown)];
}

/** Numbers but for what the last bits of a double say: they may stand on both sides of where twelve digits are cut. */
function isAlike(left: string | undefined, right: string | undefined): boolean {
  if (left === right) return true;
  const [a, b] = [Number(left || Number.NaN), Number(right || Number.NaN)];
  return Math.abs(a - b) <= 2e-11 * Math.abs(a);
}

describe.each(Object.entries(EXPRESSIONS))('expressions of class %s', (_, expressions) => {
  test('all have a translation', () => {
    const findings = (text: string) => translateExpression(parseExpression(text, MYSQL), SCOPE, 'value').findings;
    const blocked = expressions.filter((text) => findings(text).some(({ severity }) => severity === 'blocked'));
    expect(blocked).toEqual([]);
  });

  test('answer alike on MySQL and PostgreSQL for any row', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 40, maxLength: 60 }), async (rows) => {
        await fill(rows);
        const [left = [], right = []] = await answers(expressions);
        const wrong = rows.flatMap((one, at) =>
          expressions.flatMap((expression, of) =>
            isAlike(left[at]?.[of], right[at]?.[of])
              ? []
              : [{ expression, mysql: left[at]?.[of], postgres: right[at]?.[of], row: JSON.stringify(one) }],
          ),
        );
        expect(wrong.slice(0, 5)).toEqual([]);
      }),
      { numRuns: 9, endOnFailure: true, examples: [[[...EDGE_ROWS]]] },
    );
  });
});
