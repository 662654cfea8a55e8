import { afterEach, expect, test } from 'vitest';
import { expectSchema } from '../e2e/expect-schema.ts';
import { caughtUpSince, type Line, openLine, type SourceKind, startLine } from '../e2e/line.ts';
import { expectEqual } from '../e2e/shop.ts';
import { onSource, onTarget } from '../e2e/statement.ts';

const lines: Line[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

/** A value of each kind, the same text on both sides; an SRID of the column in MySQL's word for it. */
const KINDS: readonly (readonly [column: string, type: string, text: string])[] = [
  ['g', 'GEOMETRY', 'LINESTRING(0 0,1 1)'],
  ['pt', 'POINT', 'POINT(1.5 -2.5)'],
  ['ls', 'LINESTRING', 'LINESTRING(0 0,1 1,2 3)'],
  ['pg', 'POLYGON', 'POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,2 1,2 2,1 2,1 1))'],
  ['mp', 'MULTIPOINT', 'MULTIPOINT(1 1,2 2)'],
  ['ml', 'MULTILINESTRING', 'MULTILINESTRING((0 0,1 1),(2 2,3 3))'],
  ['mg', 'MULTIPOLYGON', 'MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))'],
  ['gc', 'GEOMETRYCOLLECTION', 'GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))'],
];

/** The target's PostgreSQL needs the package of PostGIS beside it, which CI's has not: a long run. */
async function spatialLine(source: SourceKind): Promise<Line> {
  const line = await openLine({ source, log: 'embedded', yaml: '' });
  lines.push(line);
  const [found] = await onTarget(line, "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'");
  if (found === undefined) throw new Error('the target has no PostGIS: apt-get install postgresql-15-postgis-3');
  await onTarget(line, 'CREATE EXTENSION postgis');
  return line;
}

const insert = (id: number) =>
  `INSERT INTO shape (id, ${KINDS.map(([column]) => column).join()}, berlin) VALUES
   (${id}, ${KINDS.map(([, , text]) => `ST_GeomFromText('${text}')`).join()}, ST_GeomFromText('POINT(52.5 13.4)', 4326))`;

test.for<SourceKind>(['mysql', 'mariadb'])(
  'geometry of each kind from %s stands as PostGIS geometry, longitude first, by copy and by stream',
  async (kind) => {
    const line = await spatialLine(kind);
    const columns = KINDS.map(([column, type]) => `${column} ${type}`).join();
    const berlin = kind === 'mysql' ? 'POINT NOT NULL SRID 4326' : 'POINT REF_SYSTEM_ID=4326 NOT NULL';
    await onSource(
      line,
      `CREATE TABLE shape (id INT PRIMARY KEY, ${columns}, berlin ${berlin}, SPATIAL KEY by_place (berlin))`,
    );
    await onSource(line, insert(1));
    const run = startLine(line);
    await run.until(({ state }) => state === 'streaming');
    await onSource(line, insert(2));
    await run.until(caughtUpSince(Date.now()));
    await run.stop();

    const texts = KINDS.map(([column]) => `ST_AsEWKT(${column}) AS ${column}`).join();
    const rows = await onTarget(line, `SELECT id, ${texts}, ST_AsEWKT(berlin) AS berlin FROM shape ORDER BY id`);
    // MariaDB knows no order of axes: x is what is written first.
    const place = kind === 'mysql' ? 'SRID=4326;POINT(13.4 52.5)' : 'SRID=4326;POINT(52.5 13.4)';
    const value = { ...Object.fromEntries(KINDS.map(([column, , text]) => [column, text])), berlin: place };
    expect(rows).toEqual([1, 2].map((id) => ({ id, ...value })));
    const types = await onTarget(
      line,
      "SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'shape'::regclass AND attname = 'berlin'",
    );
    expect(types).toEqual([{ type: kind === 'mysql' ? 'geometry(Point,4326)' : 'geometry(Point)' }]);
    await expectEqual(line);
    await expectSchema(line, 0);
  },
);

test('a column that holds one SRID refuses another on both sides; one that stood without it is left as it is', async () => {
  const line = await spatialLine('mysql');
  await onSource(line, 'CREATE TABLE place (id INT PRIMARY KEY, at POINT SRID 3857)');
  await onSource(line, 'CREATE TABLE old (id INT PRIMARY KEY, at POINT SRID 3857)');
  await onTarget(line, 'CREATE TABLE old (id integer PRIMARY KEY, at geometry(Point))');
  const run = startLine(line);
  await run.until(({ state }) => state === 'streaming');
  const other = (table: string) => `INSERT INTO ${table} VALUES (1, ST_GeomFromText('POINT(1 2)', 4326))`;
  await expect(onSource(line, other('place'))).rejects.toThrow('SRID');
  await expect(onTarget(line, other('place'))).rejects.toThrow('SRID');
  await run.stop();
  await expectSchema(line, 0);
});
