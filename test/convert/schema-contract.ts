import { loadModule, parseSync } from 'libpg-query';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sourceLogin, targetLogin } from '../../src/config/login.ts';
import type { InventoryEntry } from '../../src/convert/inventory.ts';
import { planFiles } from '../../src/convert/plan-file.ts';
import { stepsOf } from '../../src/convert/step.ts';
import { connectMysql } from '../../src/mysql/connection.ts';
import { finishLoad } from '../../src/pipeline/schema/finish-load.ts';
import { planSchema, readPlan, type SchemaPlan } from '../../src/pipeline/schema/plan.ts';
import { scopeOf } from '../../src/pipeline/scope.ts';
import { type Line, openLine } from '../e2e/line.ts';
import type { TestSource } from '../mysql/source.ts';
import { type Sides, sidesOf } from '../pipeline/sides.ts';
import { LONG, oddSchema } from './odd-schema.ts';
import { countObjects } from './source-count.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const NEVER = new AbortController().signal;

/** What the converter promises of a schema of 200 tables with everything in it, on either server. */
export function schemaContract(kind: TestSource['kind']): void {
  let line: Line;
  let sides: Sides;
  let plan: SchemaPlan;

  beforeAll(async () => {
    line = await openLine({ source: kind, log: 'embedded' });
    sides = await sidesOf(line);
    for (const statement of oddSchema(kind, 205)) await sides.source.run(statement);
    plan = await planSchema(sides, scopeOf(line.config));
  });
  afterAll(async () => {
    await sides.close();
    await line.close();
  });

  const entry = (object: string, table: string | null, name: string): InventoryEntry =>
    plan.inventory.entries.find((one) => one.kind === object && one.table === table && one.name === name) ??
    expect.unreachable(`no ${object} ${name} on ${table}`);
  const refused = async (sql: string) =>
    await sides.target.query(sql).then(
      () => 'taken',
      (error) => error.sqlstate,
    );

  test('every object of the source is in the inventory exactly once, as the server itself counts them', async () => {
    const source = { connection: sides.source, database: line.source.name, kind };
    const counted = Map.groupBy(plan.inventory.entries, (one) => one.kind);
    const found = new Map([...counted].map(([object, entries]) => [object, entries.length]));
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(await countObjects(source)));
    const names = plan.inventory.entries.map((one) => JSON.stringify([one.kind, one.table, one.name]));
    expect(new Set(names).size).toBe(names.length);
    expect(found.get('table')).toBeGreaterThanOrEqual(200);
  });

  test('what has no counterpart is named with its reason and what to do', async () => {
    for (const one of plan.inventory.entries) {
      if (one.outcome === 'left-out')
        expect(one).toMatchObject({
          reason: expect.stringMatching(/./),
          advice: expect.stringMatching(/./),
          target: null,
        });
      if (one.outcome === 'changed')
        expect(one).toMatchObject({ reason: expect.stringMatching(/./), target: expect.stringMatching(/./) });
    }
    expect(entry('view', null, 'broken').reason).toContain('broken at the source');
    expect(entry('procedure', null, 'pr').reason).toContain('nobody@nowhere does not exist');
    expect(entry('table', null, 'crashed').reason).toContain('1168');
    expect(entry('foreign-key', 'dangling', 'fk_nothing').reason).toContain('is not there');
    expect(entry('index', 'indexed', 'twin_b').reason).toContain('twin_a');
    expect(entry('index', 'indexed', 'like_unique').reason).toContain('u_e');
    expect(entry('partitioning', 'by_range', '').reason).toContain('y');
    expect(entry('default', 'defaults', 'q').reason).toContain('0000-00-00');
    expect(entry('default', 'defaults', 'q').reason).toContain('a new row has NULL there');
    expect(entry('default', 'given', 'at').reason).toContain('a new row must give a value');
    expect(entry('column', `${LONG}b`, 'xmin').reason).toContain('xmin_');
  });

  test('the same schema gives the same statements, and no name twice', async () => {
    const again = await readPlan(line.config, scopeOf(line.config), NEVER);
    const texts = ({ design }: SchemaPlan) => stepsOf(design).flatMap((step) => step.statements(step.name));
    expect(texts(again)).toEqual(texts(plan));
    const relations = stepsOf(plan.design).filter((step) => ['table', 'index', 'sequence'].includes(step.kind));
    expect(new Set(relations.map(({ name }) => name)).size).toBe(relations.length);
  });

  test('every statement is read by the parser of PostgreSQL itself', async () => {
    await loadModule();
    for (const { name, text } of planFiles(plan.design, plan.inventory)) {
      if (name.endsWith('.sql')) expect(() => parseSync(text), name).not.toThrow();
    }
  });

  test('all of it can be made, and a second time nothing is left to do', async () => {
    const made: string[] = [];
    const noting = { ...logger, info: (_: unknown, text = '') => void made.push(text) };
    const options = { target: targetLogin(line.config), steps: stepsOf(plan.design), signal: NEVER, logger: noting };
    expect(await finishLoad(options)).toEqual([]);
    expect(made.length).toBeGreaterThan(600);
    made.length = 0;
    expect(await finishLoad(options)).toEqual([]);
    expect(made.filter((text) => /^(table|index|check|foreign-key)/.test(text))).toEqual([]);
  });

  test('the defaults give what the source gives', async () => {
    const { source, target } = sides;
    await source.run('INSERT INTO defaults (id) VALUES (7)');
    await target.query('INSERT INTO defaults (id) VALUES (7)');
    const [row] = (await target.query('SELECT * FROM defaults')).rows;
    expect(row).toMatchObject({
      a: "it's \\ \n é 😀",
      b: '000000000101',
      c: '\\x61620000',
      d: '\\x00ff',
      e: '-1.50',
      g: '2024-02-29',
    });
    expect(row).toMatchObject({
      h: '2020-01-01 00:00:00+00',
      i: '-10:00:00',
      j: '0',
      k: "it's",
      l: '{p,q}',
      m: 't',
      r: '',
      s: 't',
    });
    expect(row).toMatchObject({ t: '18446744073709551615', q: null });
    const theirs = await source.row('SELECT a, e, g, j, k, l FROM defaults');
    expect(theirs).toMatchObject({ a: row?.['a'], e: row?.['e'], g: row?.['g'], k: row?.['k'] });
  });

  test('what the constraints of the source refuse, those of the target refuse', async () => {
    const { target } = sides;
    await target.query("INSERT INTO parent (id, code, alt) VALUES (1, 'c', 1); INSERT INTO self VALUES (1, NULL)");
    await target.query("INSERT INTO indexed (id, b, e) VALUES (1, 'abcdef', 1); INSERT INTO child VALUES (1, 1, 'c')");
    expect(await refused("INSERT INTO parent (id, code, alt) VALUES (1, 'd', 1)")).toBe('23505');
    expect(await refused("INSERT INTO parent (id, code, alt) VALUES (2, 'c', 1)")).toBe('23505');
    expect(await refused("INSERT INTO parent (id, code) VALUES (2, 'd')")).toBe('23502');
    expect(await refused("INSERT INTO indexed (id, b, e) VALUES (2, 'abcdeX', 2)")).toBe('23505');
    expect(await refused("INSERT INTO defaults (k) VALUES ('z')")).toBe('23514');
    expect(await refused("INSERT INTO defaults (l) VALUES ('{z}')")).toBe('23514');
    expect(await refused('INSERT INTO checked (id, a) VALUES (1, 0)')).toBe('23514');
    expect(await refused('INSERT INTO checked (id, a) VALUES (1, 100)')).toBe('23514');
    expect(await refused("INSERT INTO checked (id, a, b) VALUES (1, 1, 'IT''S')")).toBe('23514');
    expect(await refused("INSERT INTO many_0 (name) VALUES (repeat('x', 11))")).toBe('22001');
    await target.query('SET session_replication_role = origin');
    expect(await refused("INSERT INTO child VALUES (2, 99, 'c')")).toBe('23503');
    expect(await refused('INSERT INTO self VALUES (2, 99)')).toBe('23503');
    await target.query('INSERT INTO self VALUES (2, 1)');
    expect(await refused('DELETE FROM self WHERE id = 1')).toBe('23503');
    await target.query('DELETE FROM parent WHERE id = 1');
    expect((await target.query('SELECT * FROM child')).rows).toEqual([]);
    await target.query('SET session_replication_role = replica');
  });

  test('generated columns and views give what those of the source give', async () => {
    const { source, target } = sides;
    await source.run("INSERT INTO checked (id, a, b) VALUES (1, 7, 'x'), (2, NULL, NULL)");
    await target.query("INSERT INTO checked (id, a, b) VALUES (1, 7, 'x'), (2, NULL, NULL)");
    const generated = 'SELECT id, g, h FROM checked ORDER BY id';
    expect((await target.query(generated)).rows).toEqual(await source.rows(generated));
    const rows =
      "INSERT INTO parent (id, code, alt) VALUES (11, 'a', 4), (12, 'b', 3), (13, 'It''s', 9), (14, '_d', 5)";
    await source.run('DELETE FROM parent');
    await source.run('DROP TRIGGER tr');
    await source.run(rows);
    await target.query(`DELETE FROM parent; ${rows}`);
    for (const view of ['plain', 'above', 'ends']) {
      const theirs = (await source.rows(`SELECT * FROM ${view}`)).map((row) => JSON.stringify(row)).sort();
      const ours = (await target.query(`SELECT * FROM ${view}`)).rows.map((row) => JSON.stringify(row)).sort();
      expect(ours).toEqual(theirs);
    }
    expect((await target.query('SELECT * FROM above')).rows).toHaveLength(2);
  });

  test('identities go on past what the source has given and past what is there', async () => {
    const { target } = sides;
    await target.query("DELETE FROM parent; INSERT INTO parent (code, alt) VALUES ('x', 1)");
    expect((await target.query("SELECT id FROM parent WHERE code = 'x'")).rows).toEqual([{ id: '1000' }]);
    await target.query('INSERT INTO defaults (id) VALUES (5000)');
    const identity = stepsOf(plan.design).filter((step) => step.kind === 'identity');
    await finishLoad({ target: targetLogin(line.config), steps: identity, signal: NEVER, logger });
    await target.query("INSERT INTO defaults (a) VALUES ('next')");
    expect((await target.query("SELECT id FROM defaults WHERE a = 'next'")).rows).toEqual([{ id: '5001' }]);
  });

  test('ON UPDATE fires only when a row changes and the statement leaves the column alone, and rests in a replica', async () => {
    const { target } = sides;
    const old = '2000-01-01 00:00:00';
    const after = async (sql: string) => {
      await target.query(`UPDATE defaults SET o = '${old}', a = 'a' WHERE id = 7`);
      await target.query(sql);
      const { rows } = await target.query('SELECT o::text LIKE $1 AS kept FROM defaults WHERE id = 7', [`${old}%`]);
      return rows[0]?.['kept'] === 't' ? 'kept' : 'set';
    };
    expect(await after("UPDATE defaults SET a = 'b' WHERE id = 7")).toBe('kept');
    await target.query('SET session_replication_role = origin');
    expect(await after("UPDATE defaults SET a = 'b' WHERE id = 7")).toBe('set');
    expect(await after("UPDATE defaults SET a = 'a' WHERE id = 7")).toBe('kept');
    expect(await after("UPDATE defaults SET a = 'b', o = o WHERE id = 7")).toBe('kept');
    expect(await after(`UPDATE defaults SET o = '${old}' WHERE id = 7; UPDATE defaults SET a = 'c' WHERE id = 7`)).toBe(
      'set',
    );
    await target.query('SET session_replication_role = replica');
  });

  test('tables are read by a number of statements that does not grow with them', async () => {
    const connection = await connectMysql({ ...sourceLogin(line.config.source), database: line.source.name });
    const before = await connection.row("SHOW SESSION STATUS LIKE 'Questions'");
    const { readCatalogue } = await import('../../src/mysql/catalogue.ts');
    expect((await readCatalogue(connection, { databases: [line.source.name] })).length).toBeGreaterThanOrEqual(200);
    const after = await connection.row("SHOW SESSION STATUS LIKE 'Questions'");
    expect(Number(after['Value']) - Number(before['Value'])).toBeLessThan(10);
    await connection.close();
  });
}
