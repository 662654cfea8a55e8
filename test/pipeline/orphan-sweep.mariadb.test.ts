import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Prepared } from '../../src/pipeline/schema/prepare.ts';
import { makeTables, scopedTables } from '../../src/pipeline/schema/target-schema.ts';
import { scopeOf } from '../../src/pipeline/scope.ts';
import { sinkOf } from '../../src/pipeline/sink-of.ts';
import { sweepOf } from '../../src/pipeline/verify/orphan-sweep.ts';
import type { Sink } from '../../src/sink/sink.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { type Sides, sidesOf } from './sides.ts';

// MariaDB never logs what its cascades did. The target stands as a load would have left it: a chunk of the grandchild
// was read before the source removed its grandparent, whose child had not been loaded, so the sink found nothing.
const TABLES = `
  CREATE TABLE parent (id int PRIMARY KEY) ENGINE=InnoDB;
  CREATE TABLE child (id int PRIMARY KEY, parent_id int NULL,
    FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE) ENGINE=InnoDB;
  CREATE TABLE grandchild (id int PRIMARY KEY, child_id int NULL,
    FOREIGN KEY (child_id) REFERENCES child (id) ON DELETE CASCADE) ENGINE=InnoDB;
  CREATE TABLE note (id int PRIMARY KEY, child_id int NULL, part int NULL,
    FOREIGN KEY (child_id) REFERENCES child (id) ON DELETE SET NULL) ENGINE=InnoDB;
  CREATE TABLE renumbered (id int PRIMARY KEY, parent_id int NULL,
    CONSTRAINT follows FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE) ENGINE=InnoDB`;

const NEVER = new AbortController().signal;

let line: Line;
let sides: Sides;
let prepared: Prepared;
let sink: Sink;

beforeAll(async () => {
  line = await openLine({ source: 'mariadb', log: 'embedded', yaml: '' });
  sides = await sidesOf(line);
  await sides.onSource(TABLES);
  const scope = scopeOf(line.config);
  const tables = await scopedTables(sides.source, scope);
  prepared = { scope, tables, rules: { entry: null, seenOf: () => [] } };
  await makeTables(tables, scope, sides.source, sides.target);
  sink = sinkOf(line.config);
  await sink.start();
});

afterAll(async () => {
  await sink.close();
  await sides.close();
  await line.close();
});

beforeEach(async () => {
  await sides.onSource(`
    SET SESSION foreign_key_checks = 0; DELETE FROM grandchild; DELETE FROM note; DELETE FROM renumbered;
    DELETE FROM child; DELETE FROM parent; SET SESSION foreign_key_checks = 1;
    INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1), (9, NULL);
    INSERT INTO grandchild VALUES (1, 1), (9, NULL); INSERT INTO note VALUES (1, 1, 5)`);
  await sides.target.query(`TRUNCATE parent, child, grandchild, note, renumbered;
    INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1), (9, NULL);
    INSERT INTO grandchild VALUES (1, 1), (9, NULL); INSERT INTO note VALUES (1, 1, 5)`);
});

const sweep = () => sweepOf({ config: line.config, sink, prepared, signal: NEVER });

test('a grandchild whose parent went by an unlogged cascade before it was loaded is removed, whatever else stays', async () => {
  await sides.target.query('INSERT INTO grandchild VALUES (2, 22)');
  expect(await sweep()).toEqual({ rows: 1, undecided: [] });
  expect(await sides.targetRows('grandchild')).toEqual(['1|1', '9|NULL']);
  expect(await sides.targetRows('child')).toEqual(['1|1', '9|NULL']);
});

test('orphans are removed down to any depth: a child without its parent takes its own children with it', async () => {
  await sides.target.query(`INSERT INTO child VALUES (2, 33); INSERT INTO grandchild VALUES (2, 2);
    INSERT INTO note VALUES (2, 2, 7)`);
  expect(await sweep()).toEqual({ rows: 3, undecided: [] });
  expect(await sides.targetRows('child')).toEqual(['1|1', '9|NULL']);
  expect(await sides.targetRows('grandchild')).toEqual(['1|1', '9|NULL']);
  expect(await sides.targetRows('note')).toEqual(['1|1|5', '2|NULL|7']);
});

test('an orphan of a key that sets NULL loses its reference and nothing else', async () => {
  await sides.target.query('INSERT INTO note VALUES (2, 22, 7)');
  expect(await sweep()).toEqual({ rows: 1, undecided: [] });
  expect(await sides.targetRows('note')).toEqual(['1|1|5', '2|NULL|7']);
});

test('run again it finds nothing to do', async () => {
  await sides.target.query('INSERT INTO grandchild VALUES (2, 22)');
  await sweep();
  expect(await sweep()).toEqual({ rows: 0, undecided: [] });
});

test('orphans that the source has too are left and said; those that it has not go all the same (INV-6)', async () => {
  await sides.onSource(`SET SESSION foreign_key_checks = 0; INSERT INTO grandchild VALUES (3, 33);
    SET SESSION foreign_key_checks = 1`);
  await sides.target.query('INSERT INTO grandchild VALUES (2, 22), (3, 33); INSERT INTO note VALUES (2, 22, 7)');
  const { rows, undecided } = await sweep();
  expect(await sides.targetRows('grandchild')).toEqual(['1|1', '3|33', '9|NULL']);
  expect(undecided).toMatchObject([{ code: 'TARGET_ORPHANS_UNDECIDED' }]);
  expect(undecided[0]?.message).toContain('grandchild');
  expect(rows).toBe(2);
});

test('children of a parent that waits in quarantine, or has not come yet, are left as they are (INV-6)', async () => {
  await sides.target.query('DELETE FROM child WHERE id = 1');
  expect(await sweep()).toMatchObject({ rows: 0, undecided: [{ code: 'TARGET_ORPHANS_UNDECIDED' }, {}] });
  expect(await sides.targetRows('grandchild')).toEqual(['1|1', '9|NULL']);
  expect(await sides.targetRows('note')).toEqual(['1|1|5']);
});

test('many orphans are found page by page, among many that stay', async () => {
  const some = (first: number) =>
    Array.from({ length: 500 }, (_, i) => `(${first + 2 * i}, ${first + 2 * i})`).join(', ');
  await sides.onSource(`SET SESSION foreign_key_checks = 0; INSERT INTO grandchild VALUES ${some(1001)};
    SET SESSION foreign_key_checks = 1`);
  await sides.target.query(`INSERT INTO grandchild VALUES ${some(1000)}, ${some(1001)}`);
  expect(await sweep()).toMatchObject({ rows: 500 });
  expect(await sides.targetRows('grandchild WHERE id % 2 = 0')).toEqual([]);
  expect(await sides.targetRows('grandchild WHERE id > 1000')).toHaveLength(500);
});

test('a key that also acts on updates is left alone, and said only where the target has orphans (INV-6)', async () => {
  expect((await sweep()).undecided).toEqual([]);
  await sides.target.query('INSERT INTO renumbered VALUES (1, 44)');
  expect(await sweep()).toMatchObject({ rows: 0, undecided: [{ code: 'TARGET_ORPHANS_UNDECIDED' }] });
  expect(await sides.targetRows('renumbered')).toEqual(['1|44']);
});
