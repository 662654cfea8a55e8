import { expect, test } from 'vitest';
import { dialect } from '../../src/sql/dialect.ts';
import { parseStatement } from '../../src/sql/parse.ts';
import { statementsIn } from '../sql/statement-sample.ts';
import { readCorpus } from './corpora.ts';

test('every statement inside the views and programs of sakila is read, on MySQL and on MariaDB', async () => {
  const statements = statementsIn(await readCorpus('sakila', 'sakila-mv-schema.sql'));
  expect(statements.length).toBeGreaterThan(20);
  for (const one of [dialect('mysql', 90_704), dialect('mariadb', 101_118)]) {
    for (const statement of statements) expect(parseStatement(statement, one)).not.toMatchObject({ tag: 'opaque' });
  }
});
