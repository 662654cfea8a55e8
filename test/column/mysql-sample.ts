/** Values of the types that only MySQL has: json, vector, and geometries with the axis order of their system. */
import fc from 'fast-check';
import { anyText } from './any-text.ts';
import type { Sample } from './law.ts';
import { blob, finite, floatText, hex, random } from './sample.ts';

const json = (value: unknown) => `CAST(${hex(JSON.stringify(value))} AS JSON)`;

const DOCUMENT = fc.jsonValue({ maxDepth: 4 });
const TEXTS = fc.dictionary(anyText(10), anyText(10));

/** SQL expressions of values that JSON text cannot write. */
const TYPED = [
  'JSON_ARRAY(18446744073709551615, -9223372036854775808, 4294967296, 65536, 65535, 32768, -32769)',
  'JSON_ARRAY(1.000, -0.001, CAST(0 AS DECIMAL(65,30)), 99999999999999999999999999999999999.5)',
  "JSON_ARRAY(DATE'2024-02-03', DATE'0000-00-00', TIME'-838:59:59', TIME'10:11:12.5')",
  "JSON_ARRAY(TIMESTAMP'2024-02-03 04:05:06.789', CAST('9999-12-31 23:59:59.999999' AS DATETIME(6)))",
  "JSON_ARRAY(x'00ff', b'101', CAST(REPEAT('x', 58) AS BINARY), CAST('' AS BINARY))",
  "JSON_OBJECT('wide', CAST(REPEAT('y', 70000) AS BINARY))",
  "JSON_ARRAY(CAST(2024 AS YEAR), ST_GeomFromText('POINT(1 2)'), TRUE, NULL)",
  'JSON_ARRAY(-0e0, 1e15, 1e16, 1e14, 1e-15, 1e-16, 3275311536021000.5, 1.7976931348623157e308, 5e-324)',
];

const LARGE = [
  Array.from({ length: 3000 }, (_, i) => ({ id: i, name: `n${i}`, big: i * 1e6, ratio: i / 7 })),
  Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`key ${i}`, 'é'.repeat(40)])),
  { short: 1, long: 'z'.repeat(70_000), list: [[[[[[[[1]]]]]]]] },
];

const floats = (values: readonly number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, i * 4);
  return blob(bytes);
};

const VECTORS = [
  [0],
  [-0, 1, 0.1],
  [3.4028234663852886e38, 1e-45],
  ...random(fc.array(fc.float(finite), { minLength: 1, maxLength: 16 }), 20),
];

const SHAPES = [
  'POINT(1 2)',
  'POINT(-1.5 89.25)',
  'LINESTRING(0 0,1 1,2 3)',
  'POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,2 1,2 2,1 2,1 1))',
  'MULTIPOINT(0 0,1 1)',
  'MULTILINESTRING((0 0,1 1),(2 2,3 3))',
  'MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))',
  'GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1),GEOMETRYCOLLECTION(POINT(2 2)))',
  'GEOMETRYCOLLECTION EMPTY',
];

export function geometries(srids: readonly number[]): Sample {
  const values = srids.flatMap((srid) => SHAPES.map((shape) => `ST_GeomFromText('${shape}', ${srid})`));
  return { column: 'GEOMETRY', values: ['NULL', ...values] };
}

export const MYSQL: readonly Sample[] = [
  {
    column: 'JSON',
    values: [
      'NULL',
      ...["'null'", "'true'", "'1'", "'1.5'", `'"a"'`, "'{}'", "'[]'", "''"].slice(0, 7),
      ...TYPED,
      ...random(DOCUMENT, 150).map(json),
      ...random(TEXTS, 50).map(json),
      ...LARGE.map(json),
    ],
  },
  {
    column: 'JSON',
    values: random(fc.double(finite), 500).map((value) => `JSON_ARRAY(${floatText(value)})`),
  },
  { column: 'VECTOR(16)', values: ['NULL', ...VECTORS.map(floats)] },
  geometries([0, 4326, 3857]),
  { column: 'POINT SRID 4326', values: ['NULL', "ST_GeomFromText('POINT(52.5 13.4)', 4326)"] },
];
