import avsc from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { avroNames, namespaceOf, topicOf } from '../../src/transform/name.ts';

test('plain names make a readable topic', () => {
  expect(topicOf('shop', 'shop', 'tbl_order')).toBe('shop.shop.tbl_order');
});

test('any two tables have different topics, each legal for Kafka', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }),
    fc.constantFrom('a.b', 'a', 'b.c', 'c'),
  );
  fc.assert(
    fc.property(name, name, name, name, (db1, t1, db2, t2) => {
      const one = topicOf('p', db1, t1);
      expect(one).toMatch(/^[a-zA-Z0-9._-]{1,249}$/);
      if (db1 !== db2 || t1 !== t2) expect(topicOf('p', db2, t2)).not.toBe(one);
    }),
  );
});

test('any column names become unique Avro names and any topic a legal namespace', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 }), (names) => {
      const fields = avroNames(names).map((name) => ({ name, type: 'int' }));
      const namespace = namespaceOf(topicOf('p', names[0] ?? '', 't'));
      avsc.Type.forSchema({ type: 'record', name: 'R', namespace, fields } as avsc.Schema);
    }),
  );
});
