import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ran, runInside } from '../cli/run-sluice.ts';
import { guidePrograms, guideTables } from './guide.ts';
import { type Moved, move } from './move.ts';

let moved: Moved;

/** Their answers differ where accents do, which the converter notes. */
const ACCENT = `CREATE FUNCTION is_cafe(s varchar(20)) RETURNS int DETERMINISTIC
BEGIN IF s = 'cafe' THEN RETURN 1; END IF; RETURN 0; END`;

beforeAll(async () => {
  const routines = ['flow.sql', 'trigger.sql', 'silent.sql']
    .flatMap((file) => guidePrograms(file))
    .filter(({ name }) => !['flow_calls', 'flow_call_out', 'flow_call_rows'].includes(name));
  moved = await move(
    async ({ source: { url } }) => {
      const connection = await createConnection({ uri: url });
      // As a database has it that was made before MySQL 8.
      await connection.query('ALTER DATABASE COLLATE utf8mb4_general_ci');
      for (const statement of guideTables()) await connection.query(statement);
      await connection.query('CREATE VIEW rich AS SELECT id FROM staff WHERE salary > 4000');
      await connection.end();
    },
    {
      programs: [
        ...routines.map(({ create }) => create),
        ACCENT,
        'CREATE FUNCTION how_rich() RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM rich)',
        'CREATE FUNCTION has_no_end(n int) RETURNS int DETERMINISTIC BEGIN WHILE n IS NULL DO SET n = NULL; END WHILE; RETURN n; END',
        'CREATE PROCEDURE not_whole() KILL 5',
        'CREATE FUNCTION no_number() RETURNS varchar(9) READS SQL DATA RETURN LAST_INSERT_ID()',
        "CREATE TRIGGER flagged_seen BEFORE INSERT ON flagged FOR EACH ROW SET NEW.f = IF(NEW.tags = '', 0, NEW.f)",
        ...guidePrograms('trial.sql').flatMap(({ name, create }) => (name === 'trial_star' ? [create] : [])),
        'CREATE PROCEDURE `import`(IN `import` int) SELECT `import` + 1',
        "CREATE FUNCTION Mixed_Case(t varchar(20)) RETURNS varchar(30) DETERMINISTIC RETURN CONCAT(t, '!')",
        'CREATE FUNCTION no_column() RETURNS int READS SQL DATA RETURN (SELECT no_such FROM staff LIMIT 1)',
        'CREATE PROCEDURE caller_of_it() BEGIN CALL not_whole(); END',
        'CREATE PROCEDURE calls_itself(IN n int, INOUT s int) BEGIN SET s = IFNULL(s, 0) + 1; IF n BETWEEN 1 AND 5 THEN CALL calls_itself(n - 1, s); END IF; END',
        "CREATE PROCEDURE by_alias(IN n int) BEGIN PREPARE q FROM 'SELECT i.id, s.day FROM item AS i JOIN sale s ON s.item_id = i.id WHERE i.id = ? AND s.price > 1.5 ORDER BY s.id'; SET @n = n; EXECUTE q USING @n; END",
        "CREATE PROCEDURE of_other_place() BEGIN PREPARE q FROM 'SELECT COUNT(*) AS n FROM `information_schema`.tables'; EXECUTE q; END",
        "CREATE PROCEDURE of_other_list() BEGIN PREPARE q FROM 'SELECT COUNT(*) AS n FROM item i, information_schema.tables'; EXECUTE q; END",
        'CREATE FUNCTION how_many(w varchar(60)) RETURNS int READS SQL DATA RETURN (SELECT COUNT(*) FROM item WHERE name = w)',
        "CREATE FUNCTION when_seen(n int) RETURNS varchar(60) READS SQL DATA RETURN (SELECT CONCAT('seen ', seen) FROM item WHERE id = n)",
      ],
    },
  );
}, 300_000);
afterAll(async () => moved?.[Symbol.asyncDispose]());

function run(...argv: readonly string[]): Promise<Ran> {
  const { folder, source, target } = moved.line;
  return runInside(['logic', 'test', '--cases', '12', '--case-seconds', '2', ...argv], {
    folder,
    environment: { SLUICE_SCRATCH_SOURCE: source.url, SLUICE_SCRATCH_TARGET: target.url },
  });
}

async function places(): Promise<readonly unknown[]> {
  const connection = await createConnection({ uri: moved.line.source.url });
  const client = new Client({ connectionString: moved.line.target.url });
  await client.connect();
  const [databases] = await connection.query("SHOW DATABASES LIKE 'sluice_test_%'");
  const { rows } = await client.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'sluice_test_%'");
  const [journal] = await connection.query('SELECT * FROM journal');
  await connection.end();
  await client.end();
  return [databases, rows, journal];
}

test('INV-114 logic test compares every program that is converted whole, on scratch copies that are gone afterwards', async () => {
  const before = await places();
  const { exit, stdout, stderr } = await run('--json');
  expect(stderr).toMatch(/TARGET_CTYPE: the target's own collation knows .* UPPER and LOWER are made by its collation/);
  const { data, error } = JSON.parse(stdout);
  expect(error).toBeUndefined();
  const differing = data.programs.filter(({ differences }: { differences: unknown[] }) => differences.length > 0);
  expect(differing.map(({ differences }: { differences: unknown[] }) => JSON.stringify(differences[0]))).toEqual([]);
  const skipped = data.programs.filter(({ skipped }: { skipped?: string }) => skipped !== undefined);
  expect(skipped.map(({ name }: { name: string }) => name).sort()).toEqual([
    'caller_of_it',
    'not_whole',
    'of_other_list',
    'of_other_place',
  ]);
  expect(data.totals.equal).toBeGreaterThan(100);
  expect(data.totals.branchesTaken / data.totals.branches).toBeGreaterThan(0.7);
  const endless = data.programs.filter(({ endless: count }: { endless: number }) => count > 0);
  expect(endless.map(({ name }: { name: string }) => name)).toEqual(['has_no_end']);
  const views = data.programs.filter(({ kind }: { kind: string }) => kind === 'view');
  expect(views).toMatchObject([{ name: 'rich', cases: 1, equal: 1 }]);
  expect(exit).toBe(0);
  expect(await places()).toEqual(before);
});

test('a difference is exit 4, and stands in the file of differences', async () => {
  const { folder } = moved.line;
  writeFileSync(join(folder, 'calls.sql'), "SELECT is_cafe('café');\nCALL flow_inout(5, 6);\nSELECT 1;\n");
  const { exit, stdout } = await run('--calls', 'calls.sql', '--differences', 'differences.ndjson');
  expect(exit).toBe(4);
  expect(stdout).toMatch(/^function +is_cafe .* differs$/m);
  const [line = ''] = readFileSync(join(folder, 'differences.ndjson'), 'utf8').split('\n');
  expect(JSON.parse(line)).toMatchObject({
    name: 'is_cafe',
    case: { args: ["'café'"] },
    source: { value: '1' },
    target: { value: '0' },
  });
});

test('without a server for scratch copies nothing is touched', async () => {
  const { exit, stderr } = await runInside(['logic', 'test'], { folder: moved.line.folder, environment: {} });
  expect(exit).toBe(2);
  expect(stderr).toContain('USAGE_SCRATCH');
});

test('a Python that is none is told with what it needs, and no scratch place stays', async () => {
  const before = await places();
  const { exit, stderr } = await run('--python', './no-python');
  expect(exit).toBe(1);
  expect(stderr).toContain('LOGIC_PYTHON');
  expect(stderr).toContain('pip install Django');
  expect(await places()).toEqual(before);
});

test('a target without the tables is told so, and a trigger whose table is missing there is left out', async () => {
  const empty = await run('--target-schema', 'nowhere');
  expect(empty).toMatchObject({ exit: 1 });
  expect(empty.stderr).toContain('LOGIC_TARGET_EMPTY');
  const client = new Client({ connectionString: moved.line.target.url });
  await client.connect();
  try {
    await client.query('ALTER TABLE flagged RENAME TO not_yet');
    const { stdout } = await run('--json', '--cases', '1');
    const skipped = JSON.parse(stdout).data.programs.filter(({ skipped: why }: { skipped?: string }) => why);
    expect(skipped).toContainEqual(
      expect.objectContaining({ name: 'flagged_seen', skipped: 'its table is not on the target' }),
    );
  } finally {
    await client.query('ALTER TABLE not_yet RENAME TO flagged');
    await client.end();
  }
});
