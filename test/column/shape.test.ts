import { expect, test } from 'vitest';
import { canonical, codecFor, copied, fromCell, fromQuery } from './one-value.ts';

const POINT = '0101000000000000000000f03f0000000000000040';
const stored = (srid: string) => Buffer.from(srid + POINT, 'hex');

test('a geometry is EWKB in the log: with its SRID, without one for 0', () => {
  const geometry = codecFor('point');
  expect(fromQuery(geometry, stored('00000000')).toString('hex', 1)).toBe(POINT);
  expect(fromQuery(geometry, stored('e6100000')).toString('hex', 1)).toBe(`0101000020e6100000${POINT.slice(10)}`);
  const cell = Buffer.concat([Buffer.from([25, 0, 0, 0]), stored('e6100000')]);
  expect(fromCell(geometry, { code: 255, meta: 4 }, cell)).toEqual(fromQuery(geometry, stored('e6100000')));
});

test('a geometry enters PostGIS as hexadecimal EWKB and a column of another SRID not at all', () => {
  const geometry = codecFor('point');
  const facts = { columnType: 'point', extensions: ['postgis'] };
  expect(geometry.target({ columnType: 'point' })).toBe('bytea');
  expect(geometry.target(facts)).toBe('geometry(Point)');
  expect(geometry.target({ ...facts, srid: 4326 })).toBe('geometry(Point,4326)');
  const avro = fromQuery(geometry, stored('e6100000'));
  expect(copied(geometry, avro, 'geometry(Point,4326)')).toBe(avro.toString('hex', 1));
  expect(copied(geometry, avro, 'geometry(Point,3857)')).toBe('!other-srid');
  expect(geometry.canonicalTarget(avro.toString('hex', 1).toUpperCase(), 'geometry')).toBe(
    canonical(geometry, avro, 'geometry'),
  );
});

test('a vector enters pgvector with as many dimensions as the column has', () => {
  const vector = codecFor('vector(2)');
  const bytes = Buffer.alloc(8);
  bytes.writeFloatLE(0.1, 0);
  bytes.writeFloatLE(-0, 4);
  const avro = fromQuery(vector, bytes);
  expect(vector.target({ columnType: 'vector(2)', extensions: ['vector'] })).toBe('vector(2)');
  expect(vector.target({ columnType: 'vector(2)' })).toBe('real[]');
  expect(copied(vector, avro, 'vector(2)')).toBe('[0.10000000149011612,-0]');
  expect(copied(vector, avro, 'vector(3)')).toBe('!out-of-range');
  expect(vector.canonicalTarget('[0.1,-0]', 'vector(2)')).toBe(canonical(vector, avro, 'vector(2)'));
  const cell = Buffer.concat([Buffer.from([8, 0, 0, 0]), bytes]);
  expect(fromCell(vector, { code: 242, meta: 4 }, cell)).toEqual(avro);
});
