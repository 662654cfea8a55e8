import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../../src/servers/fresh-database.ts';
import { startServer } from '../../src/servers/server.ts';
import { type Specimen, specimens, throughAvsc } from './law.ts';
import { COMMON } from './sample.ts';

let database: FreshDatabase;
let found: Specimen[];

beforeAll(async () => {
  database = await freshDatabase(await startServer('mysql'), 'column_law');
  found = await specimens(database.url, COMMON);
});

afterAll(() => database.drop());

test('a row read from the binlog and the same row read by SELECT have the same Avro bytes, for every type', () => {
  for (const { sample, fromBinlog, fromQuery } of found) {
    expect(fromBinlog.length, sample.column).toBe(sample.values.length);
    for (const [i, value] of sample.values.entries())
      expect(fromBinlog[i]?.toString('latin1'), `${sample.column}: ${value}`).toBe(fromQuery[i]?.toString('latin1'));
  }
});

test('avsc reads every value with our schema and writes the same bytes', () => {
  for (const { sample, codec, fromQuery } of found)
    for (const bytes of fromQuery) if (bytes) expect(throughAvsc(codec.avro, bytes), sample.column).toEqual(bytes);
});
