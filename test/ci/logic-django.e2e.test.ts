import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOf } from '../../src/logic/differential/call-of.ts';
import { type Case, changesOf, type Outcome, type TableRows } from '../../src/logic/differential/case.ts';
import { cellText, rowLines } from '../../src/logic/differential/cell.ts';
import { sourceErrorClass } from '../../src/logic/differential/error-class.ts';
import { ReachFinder } from '../../src/logic/differential/reach.ts';
import { type DjangoApp, djangoApp } from '../../src/logic/django/django-app.ts';
import { pythonName } from '../../src/logic/django/python-type.ts';
import type { Program } from '../../src/logic/program.ts';
import { nameOf } from '../../src/logic/program-name.ts';
import { hasResultSets } from '../../src/logic/result-set.ts';
import { runProgram } from '../../src/servers/program.ts';
import { createShop } from '../../src/shop/shop.ts';
import { BUSINESS_PROGRAMS, BUSINESS_TABLES } from '../logic/business-program.ts';
import { guideFiles, guidePrograms, guideTables } from '../logic/guide.ts';
import { type Moved, move } from '../logic/move.ts';
import { type DjangoProject, openDjango, pythonTools } from './django-project.ts';
import { fillSakila, SAKILA_CASES } from './sakila-source.ts';

interface Wanted {
  readonly one: Case;
  readonly tables: readonly string[];
}

const guide = guideFiles().flatMap((file) => guidePrograms(file));

function guideCases(programs: readonly Program[]): readonly Wanted[] {
  const reach = new ReachFinder(programs);
  const giving = hasResultSets(programs);
  const byName = new Map(programs.map((program) => [nameOf(program), program]));
  const guided = guide.flatMap(({ name, calls, statements }) => {
    const program = byName.get(name);
    if (program === undefined) return [];
    const { writes, commits } = reach.of(program);
    const what = { hasResultSets: giving.has(name), commits };
    const cases = [
      ...calls.flatMap((values) => callOf(program, values, what) ?? []),
      ...statements.map((statement): Case => ({ tag: 'statements', statements: [statement] })),
    ];
    return cases.map((one) => ({ one, tables: [...writes] }));
  });
  const business = BUSINESS_PROGRAMS.flatMap(({ create, cases }) => {
    const program = byName.get(/CREATE \w+ (\w+)/.exec(create)?.[1] ?? '');
    const { writes, commits } =
      program === undefined ? { writes: new Set<string>(), commits: false } : reach.of(program);
    return cases.map((one) => ({ one: one.tag === 'procedure' ? { ...one, commits } : one, tables: [...writes] }));
  });
  // Python has no time of day for some of what the shop's tables hold.
  const plain = [...guided, ...business].map((one) => ({
    ...one,
    tables: one.tables.filter((name) => !name.startsWith('tbl_')),
  }));
  return onceCommitted(plain);
}

/** What a procedure commits stays on the source alone: it is called once, and last. */
function onceCommitted(all: readonly Wanted[]): readonly Wanted[] {
  const commits = ({ one }: Wanted): boolean => one.tag === 'procedure' && one.commits === true;
  const first = new Map(
    all.filter(commits).map((wanted) => [wanted.one.tag === 'procedure' ? wanted.one.name : '', wanted]),
  );
  return [...all.filter((wanted) => !commits(wanted)), ...first.values()];
}

const SETS = [
  {
    set: 'the guide and the business programs',
    fill: async ({ source }: Moved['line']): Promise<void> => {
      const url = new URL(source.url);
      url.pathname = '';
      await createShop({ url: url.href, database: source.name, scale: 0.01, seed: 7 });
      const connection = await createConnection({ uri: source.url });
      for (const statement of [...guideTables(), ...BUSINESS_TABLES]) await connection.query(statement);
      await connection.end();
    },
    programs: [...guide.map(({ create }) => create), ...BUSINESS_PROGRAMS.map(({ create }) => create)],
    cases: guideCases,
    services: 0.94,
  },
  { set: 'sakila', fill: fillSakila, programs: [], cases: () => SAKILA_CASES, services: 1 },
] as const;

describe.each(SETS)('INV-115 the application of Django made of $set', ({ set, fill, programs, cases, services }) => {
  let moved: Moved;
  let app: DjangoApp;
  let wanted: readonly Wanted[];

  beforeAll(async () => {
    moved = await move(fill, { isKept: false, programs: [...programs] });
    app = djangoApp(
      moved.converted.map(({ program }) => program),
      { catalogue: moved.catalogue },
    );
    wanted = cases(moved.converted.map(({ program }) => program)).filter(({ one }) => isWhole(app, one));
  }, 600_000);
  afterAll(async () => moved?.[Symbol.asyncDispose]());

  test('has a service of nearly every routine', () => {
    const whole = app.services.filter(({ outcome }) => outcome !== 'skeleton');
    expect(whole.length / app.services.length).toBeGreaterThanOrEqual(services);
    expect(wanted.length).toBeGreaterThan(set === 'sakila' ? 100 : 500);
  });

  test('is formatted, linted and typed', async () => {
    const project = await openApp('5.2', app);
    const tools = await pythonTools();
    await runProgram(tools, ['-m', 'ruff', 'format', '--check', 'logic'], { cwd: project.folder });
    await runProgram(tools, ['-m', 'ruff', 'check', 'logic'], { cwd: project.folder });
    await runProgram(tools, ['-m', 'mypy', '--ignore-missing-imports', 'logic'], { cwd: project.folder });
    await runProgram(tools, ['-m', 'compileall', '-q', 'logic'], { cwd: project.folder });
    await project.close();
  });

  test('does under Django 5.2 and 4.2 on both servers what the database did', async () => {
    const { source, target } = moved.line;
    const found: { readonly on: string; readonly outcomes: readonly Outcome[] }[] = [];
    for (const series of ['5.2', '4.2']) {
      const project = await openApp(series, app);
      for (const { url } of [source, target]) {
        found.push({ on: `${series} ${url.split(':')[0]}`, outcomes: await outcomes(project, url, { app, wanted }) });
      }
      await project.close();
    }
    // Last: what the database commits itself, services would find.
    const expected = await originals(moved, wanted);
    for (const { on, outcomes: of } of found) {
      for (const [at, { one }] of wanted.entries())
        expect.soft({ one, on, ...of[at] }).toEqual({ one, on, ...expected[at] });
    }
  });

  test('its own tests pass on both servers, on the rows that are there', async () => {
    const project = await openApp('5.2', app);
    for (const { url } of [moved.line.target, moved.line.source]) {
      await project.manage(url, 'migrate', 'logic');
      await project.manage(url, 'test', 'logic', '--keepdb', '--noinput');
    }
    await project.close();
  });
});

/** Statements set off triggers, which stay in the database. */
function isWhole({ services }: DjangoApp, one: Case): boolean {
  if (one.tag === 'statements') return true;
  return services.some(({ python, outcome }) => python === pythonName(one.name) && outcome !== 'skeleton');
}

async function openApp(series: string, { files }: DjangoApp): Promise<DjangoProject> {
  const project = await openDjango(series, { USE_TZ: 'off', TIME_ZONE: 'UTC' }, 'logic,caller');
  for (const { path, text } of files) {
    const to = join(project.folder, 'logic', path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, text);
  }
  return project;
}

async function originals(moved: Moved, wanted: readonly Wanted[]): Promise<readonly Outcome[]> {
  const found: Outcome[] = [];
  for (const { one, tables } of wanted) found.push(await moved.mysql.run(one, tables));
  return found;
}

type Raw = Readonly<Record<string, readonly (readonly unknown[])[]>>;

interface Printed {
  readonly before: Raw;
  readonly after: Raw;
  readonly value?: {
    readonly value: unknown;
    readonly out: readonly unknown[];
    readonly results: readonly (readonly unknown[][])[];
  } | null;
  readonly error?: readonly [number: number, state: string, message: string];
  readonly missing?: string;
}

async function outcomes(
  project: DjangoProject,
  url: string,
  { app, wanted }: { readonly app: DjangoApp; readonly wanted: readonly Wanted[] },
): Promise<readonly Outcome[]> {
  const cases = wanted.map(({ one, tables }) =>
    one.tag === 'statements'
      ? { statement: one.statements.join('; '), tables }
      : { name: pythonName(one.name), args: argumentsOf(app, one), tables },
  );
  const file = join(project.folder, 'cases.json');
  await writeFile(file, JSON.stringify(cases));
  const printed = JSON.parse(await project.manage(url, 'call', 'logic', file)) as readonly Printed[];
  return printed.map((one, at) => outcomeOf(one, wanted[at]?.one));
}

/** Services take no OUT parameters; every value may be a text. */
function argumentsOf({ services }: DjangoApp, one: Exclude<Case, { tag: 'statements' }>): readonly (string | null)[] {
  const found = services.find(({ python }) => python === pythonName(one.name))?.program.definition;
  const modes = found !== undefined && 'parameters' in found ? found.parameters.map(({ mode }) => mode) : [];
  const values = one.args.filter((_, at) => modes[at] !== 'out');
  return values.map((text) => {
    if (text === 'NULL') return null;
    return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
  });
}

function outcomeOf({ before, after, value, error, missing }: Printed, one: Case | undefined): Outcome {
  const lines = (raw: Raw): TableRows =>
    Object.fromEntries(
      Object.entries(raw).map(([table, rows]) => [table, rowLines(rows.map((row) => row.map(plain)))]),
    );
  const tables = changesOf(lines(before), lines(error === undefined ? after : before));
  if (missing !== undefined) return { value: undefined, out: [], results: [], error: missing, tables };
  if (error !== undefined) {
    const [errno, sqlState, sqlMessage] = error;
    return { value: undefined, out: [], results: [], error: sourceErrorClass({ errno, sqlState, sqlMessage }), tables };
  }
  const isFunction = one?.tag === 'function';
  return {
    value: isFunction ? cellText(plain(value?.value)) : undefined,
    out: (value?.out ?? []).map((part) => cellText(plain(part))),
    results: (value?.results ?? []).map((rows) => rowLines(rows.map((row) => row.map(plain)))),
    error: undefined,
    tables,
  };
}

/** True and false are 1 and 0 to the source. */
function plain(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}
