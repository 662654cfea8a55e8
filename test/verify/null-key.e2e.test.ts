import { afterEach, expect, test } from 'vitest';
import { caughtUpSince } from '../e2e/line.ts';
import { untilProcess } from '../e2e/line-process.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { cleanUpAll, lineOf, started, told, verify } from './session.ts';

afterEach(cleanUpAll);

test.each(['stream', 'pushdown'] as const)(
  'a row of the target with NULL where its key was is found in a table of many chunks, by %s',
  async (mode) => {
    const line = await lineOf({ source: 'mysql', log: 'embedded', yaml: 'verify: { chunkMaxRows: 2 }' });
    await onSource(
      line,
      'CREATE TABLE single (id int PRIMARY KEY, n int)',
      'INSERT INTO single VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)',
      'CREATE TABLE pair (a int, b int, n int, PRIMARY KEY (a, b))',
      'INSERT INTO pair VALUES (1, 1, 1), (1, 2, 2), (2, 1, 3), (2, 2, 4), (3, 1, 5)',
      'CREATE TABLE named (name varchar(20) PRIMARY KEY)',
      "INSERT INTO named VALUES ('a'), ('b'), ('c')",
    );
    const processes = [started(line)];
    await untilProcess(line, caughtUpSince(Date.now()), { processes });
    await onTarget(
      line,
      `ALTER TABLE single DROP CONSTRAINT single_pkey, ALTER id DROP NOT NULL; INSERT INTO single VALUES (NULL, 9);
       ALTER TABLE pair DROP CONSTRAINT pair_pkey, ALTER a DROP NOT NULL, ALTER b DROP NOT NULL;
       INSERT INTO pair VALUES (2, NULL, 9), (NULL, 1, 9);
       ALTER TABLE named DROP CONSTRAINT named_pkey, ALTER name DROP NOT NULL; INSERT INTO named VALUES (NULL)`,
    );
    const found = await verify(line, '--restart', '--mode', mode);
    expect(found.exit, JSON.stringify(found)).toBe(4);
    expect(told(found)).toEqual(['named  extra   ', 'pair ,1 extra   ', 'pair 2, extra   ', 'single  extra   ']);
  },
);
