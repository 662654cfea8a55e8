import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { differenceText } from '../../src/convert/difference.ts';
import { SCHEMA_ACTIONS } from '../../src/pipeline/schema/actions.ts';
import type { ApplyOptions } from '../../src/pipeline/schema/option.ts';
import { type Line, openLine, type SourceKind } from '../e2e/line.ts';
import { type Sides, sidesOf } from './sides.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const signal = new AbortController().signal;

const SOURCE = `CREATE TABLE parent (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'n', KEY by_name (name)) COMMENT 'p';
  CREATE TABLE child (id INT PRIMARY KEY, parent_id INT, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    kind ENUM('a', 'b') NOT NULL DEFAULT 'a', CONSTRAINT to_parent FOREIGN KEY (parent_id) REFERENCES parent (id));
  INSERT INTO parent (name) VALUES ('one'), ('two')`;

/** What `sluice schema` promises on either server. */
export function schemaActionsContract(kind: SourceKind): void {
  let line: Line;
  let sides: Sides;

  beforeAll(async () => {
    line = await openLine({ source: kind, log: 'embedded' });
    sides = await sidesOf(line);
    await sides.onSource(SOURCE);
  });
  afterAll(async () => {
    await sides.close();
    await line.close();
  });
  beforeEach(async () => {
    await sides.target.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  });
  afterEach(async () => {
    await sides.target.query('SET session_replication_role = replica');
  });

  const apply = (phase: ApplyOptions['phase'] = 'all') =>
    SCHEMA_ACTIONS.apply(line.config, { signal, logger, phase, onProgress: () => {} });
  const diff = async () => {
    const { differences } = await SCHEMA_ACTIONS.diff(line.config, { signal, logger });
    return differences.map(differenceText);
  };

  test('before anything is made every table is missing; after it there is no difference, and nothing is left to make', async () => {
    expect(await diff()).toEqual(['table public.child is missing', 'table public.parent is missing']);
    expect(await apply()).toMatchObject({ stood: 0, failed: [] });
    expect(await diff()).toEqual([]);
    expect(await apply()).toMatchObject({ made: 0, failed: [] });
  });

  test('a column that does not count, as of a table that the stream made, counts after it, past the rows', async () => {
    await apply();
    await sides.target.query('ALTER TABLE parent ALTER COLUMN id DROP IDENTITY');
    await sides.target.query("INSERT INTO parent (id, name) VALUES (7, 'seven')");
    expect(await diff()).toEqual([expect.stringContaining('identity of id is no identity')]);
    expect(await apply()).toMatchObject({ failed: [] });
    expect(await diff()).toEqual([]);
    const { rows } = await sides.target.query("INSERT INTO parent (name) VALUES ('eight') RETURNING id");
    expect(rows).toEqual([{ id: '8' }]);
  });

  test('the phases follow each other, and constraints without their tables are refused with the cure', async () => {
    await expect(apply('constraints')).rejects.toMatchObject({
      code: 'TARGET_TABLES_MISSING',
      remedy: expect.stringMatching(/--phase tables/),
    });
    await apply('tables');
    expect(await diff()).toEqual(expect.arrayContaining([expect.stringContaining('index parent_by_name is missing')]));
    await apply('constraints');
    expect(await diff()).toEqual([]);
  });

  test.each([
    ['DROP TABLE child', 'table public.child is missing'],
    ['CREATE TABLE other (a int)', 'table public.other is not in the plan'],
    ['ALTER TABLE child DROP COLUMN kind', 'column kind is missing (text)'],
    ['ALTER TABLE child ADD COLUMN more int', 'column more is not in the plan (integer)'],
    ['ALTER TABLE child ALTER COLUMN parent_id TYPE bigint', 'type of parent_id is bigint, should be integer'],
    ['ALTER TABLE parent ALTER COLUMN name DROP NOT NULL', 'nullability of name is NULL, should be NOT NULL'],
    [
      "ALTER TABLE parent ALTER COLUMN name SET DEFAULT 'x'",
      "default of name is 'x'::character varying, should be 'n'",
    ],
    ['ALTER TABLE parent ALTER COLUMN id DROP IDENTITY', 'identity of id is no identity, should be an identity'],
    ['DROP INDEX parent_by_name', 'index parent_by_name is missing (btree (name))'],
    ['CREATE INDEX hand ON child (kind)', 'index hand is not in the plan (btree (kind))'],
    [
      'DROP INDEX parent_by_name; CREATE UNIQUE INDEX parent_by_name ON parent (name)',
      'is UNIQUE btree (name), should be btree',
    ],
    ['ALTER TABLE child DROP CONSTRAINT child_pkey', 'primary key child_pkey is missing'],
    ['ALTER TABLE child DROP CONSTRAINT to_parent', 'foreign key to_parent is missing'],
    ['ALTER TABLE child ADD CHECK (id > 0)', 'check child_id_check is not in the plan ((id > 0))'],
    ['ALTER TABLE child DROP CONSTRAINT child_kind_check', 'check child_kind_check is missing'],
    ['DROP TRIGGER sluice_on_update_1a ON child', 'trigger sluice_on_update_1a is missing'],
    ['ALTER TABLE child DISABLE TRIGGER sluice_on_update_1b', 'trigger sluice_on_update_1b is DISABLED'],
    ["COMMENT ON TABLE parent IS 'q'", 'table public.parent is q, should be p'],
    ['CREATE VIEW v AS SELECT 1', 'view public.v is not in the plan'],
    ["SELECT setval(pg_get_serial_sequence('parent', 'id'), 1)", 'next number of id goes on with 2, the source with 3'],
  ])('%s is a difference', async (change, told) => {
    await apply();
    await sides.target.query(change);
    const found = await diff();
    expect(
      found.some((text) => text.includes(told)),
      JSON.stringify(found),
    ).toBe(true);
  });

  test('an index under another name that is the same is no difference', async () => {
    await apply();
    await sides.target.query('ALTER INDEX parent_by_name RENAME TO by_hand');
    expect(await diff()).toEqual([]);
  });

  test('a schema that a crash left half made is finished by the next run', async () => {
    await apply('tables');
    await sides.target.query(`CREATE INDEX parent_by_name ON parent (name);
      UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'parent_by_name'::regclass;
      ALTER TABLE child ADD CONSTRAINT to_parent FOREIGN KEY (parent_id) REFERENCES parent (id)
        ON DELETE NO ACTION ON UPDATE NO ACTION NOT VALID`);
    expect(await diff()).toEqual(
      expect.arrayContaining([expect.stringContaining('INVALID'), expect.stringContaining('NOT VALID')]),
    );
    expect(await apply()).toMatchObject({ failed: [] });
    expect((await diff()).filter((text) => !text.includes('foreign key'))).toEqual([]);
  });

  test('a table that a former version made without the ranges of its numbers and members gets them', async () => {
    await apply();
    await sides.target.query('ALTER TABLE child DROP CONSTRAINT child_kind_check');
    expect(await diff()).toEqual([expect.stringContaining('check child_kind_check is missing')]);
    expect(await apply()).toMatchObject({ made: 1, failed: [] });
    expect(await diff()).toEqual([]);
    await sides.target.query(
      "ALTER TABLE child DROP CONSTRAINT child_kind_check; INSERT INTO child (id, kind) VALUES (1, 'z')",
    );
    expect(await apply()).toMatchObject({ made: 0, failed: [{ kind: 'check', name: 'child_kind_check' }] });
  });

  test('what was begun and made stands in the journal of the target', async () => {
    await apply();
    const { rows } = await sides.target.query(
      `SELECT kind, state FROM sluice.schema_step WHERE "table" = 'child' AND kind IN ('table', 'foreign-key') ORDER BY kind`,
    );
    expect(rows).toEqual([
      { kind: 'foreign-key', state: 'made' },
      { kind: 'table', state: 'made' },
    ]);
  });

  test('a step that fails is told with its reason, the others are made, and the next run makes it once it is cured', async () => {
    await apply('tables');
    await sides.target.query('INSERT INTO child (id, parent_id) VALUES (1, 77)');
    const first = await apply();
    expect(first.failed).toMatchObject([
      {
        kind: 'foreign-key',
        name: 'to_parent',
        error: { code: 'TARGET_ROWS_BREAK', remedy: expect.stringMatching(/schema apply/) },
      },
    ]);
    expect((await diff()).join()).toContain('foreign key to_parent');
    await sides.target.query('DELETE FROM child');
    expect(await apply()).toMatchObject({ failed: [] });
    expect(await diff()).toEqual([]);
  });

  test('two that make the schema at once do not disturb each other', async () => {
    const both = await Promise.all([apply(), apply()]);
    expect(both.flatMap(({ failed }) => failed)).toEqual([]);
    expect(await diff()).toEqual([]);
  });
}
