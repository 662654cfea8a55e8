import { randomBytes } from 'node:crypto';
import { type Connection, createConnection } from 'mysql2/promise';
import type { Client } from 'pg';
import { SluiceError } from '../../contract/error.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteIdent } from '../../postgres/quote.ts';
import type { Catalogue } from '../catalogue.ts';
import { convertPrograms } from '../convert.ts';
import type { Program } from '../program.ts';
import { lastName } from '../program-name.ts';
import { ReachFinder } from '../reach.ts';
import { hasResultSets } from '../result-set.ts';
import { key } from '../table-access.ts';
import { withViews } from '../view-shape.ts';
import type { RecordedCall } from './call-file.ts';
import { type Compared, type Comparison, compareProgram, countBranches, type Place, skippedProgram } from './differ.ts';
import { openDjangoPlace } from './django-place.ts';
import { forgetting } from './forgotten-variable.ts';
import { refusals } from './refusal.ts';
import { targetReset } from './reset-number.ts';
import { databaseCollation, type SourceTable, sampleSource } from './sample-source.ts';
import { SCRATCH } from './scratch.ts';
import { makeScratchSource } from './scratch-source.ts';
import { makeScratchTarget, readOnUpdate, readTargetTables, type TargetTable } from './scratch-target.ts';
import { makeViews, sourceViews, targetViews } from './scratch-view.ts';
import { sourceSide } from './source-side.ts';
import { targetSide } from './target-side.ts';

/** What is compared, and where. */
export interface ProveOptions {
  /** Sessions on the real source and target: they are read, never written. */
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
  readonly database: string;
  readonly schema: string;
  /** Servers that take a scratch database and a scratch schema; URLs of accounts that may make them. */
  readonly scratchSource: string;
  readonly scratchTarget: string;
  readonly programs: readonly Program[];
  readonly catalogue: Catalogue;
  readonly recorded: readonly RecordedCall[];
  /** Rows of each table, cases of each program at most. */
  readonly rows: number;
  readonly cases: number;
  /** What a case may take on the source. */
  readonly caseMs: number;
  /** A Python with Django, for the services; undefined: they are not run. */
  readonly python: string | undefined;
  readonly onProgram: (comparison: Comparison) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs every program that is converted whole on scratch copies of both sides and compares what comes of it. What it
 * makes is dropped again, whatever happens.
 */
export async function provePrograms(options: ProveOptions): Promise<readonly Comparison[]> {
  const name = `${SCRATCH}${randomBytes(6).toString('hex')}`;
  const tables = await sampleSource(options.source, options.database, options.rows);
  const made = await readTargetTables(options.target, options.schema);
  const kept = tables.flatMap((table) => {
    const own = made.find((one) => key(one.name) === key(table.name));
    return own === undefined ? [] : [withLists(table, own)];
  });
  if (kept.length === 0 && tables.length > 0) throw targetEmpty(options.schema);
  const programs = options.programs.filter(({ definition }) => definition.tag !== 'view');
  const views = options.programs.filter(({ definition }) => definition.tag === 'view');
  const catalogue = withViews(options.catalogue, options.programs);
  const converted = convertPrograms(programs, { catalogue, schema: name });
  const refused = refusals(converted, new Set(kept.map((table) => key(table.name))));
  const run = converted.filter((one) => !refused.has(one));
  const source = await told(
    'the scratch database',
    makeScratchSource(options.scratchSource, name, {
      collation: await databaseCollation(options.source, options.database),
      tables: kept,
      views: sourceViews(options.programs, options.database),
      programs: run.map(({ program }) => program),
    }),
  );
  try {
    const onUpdate = await readOnUpdate(options.target, options.schema);
    const target = await told(
      'the scratch schema',
      makeScratchTarget(options.scratchTarget, name, { tables: made, sampled: kept }),
    );
    try {
      const standing = await makeViews((sql) => target.query(sql), await targetViews(options.target, options.schema));
      const clockSeconds = Math.floor(Date.now() / 1000);
      await freeze(source, target, clockSeconds);
      for (const statement of [...onUpdate, ...run.flatMap(({ statements }) => statements)])
        await told('a conversion on the scratch schema', target.query(frozen(statement)));
      const [seen, unseen] = viewsOf(views, standing);
      const place = { source, target, name, clockSeconds, tables: kept };
      const compared = await compareAll([...run, ...seen], options, place);
      const skipped = [...[...refused], ...unseen].map(([one, reason]) => skippedProgram(one, reason));
      return [...compared, ...skipped];
    } finally {
      await target.query(`DROP SCHEMA IF EXISTS ${quoteIdent(name)} CASCADE`);
      await target.end();
    }
  } finally {
    await source.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
    await source.end();
  }
}

/** With what the target's types say of how its columns are written. */
function withLists(table: SourceTable, { columns }: TargetTable): SourceTable {
  const lists = new Set(columns.filter(({ type }) => type === 'text[]').map(({ name }) => key(name)));
  return { ...table, columns: table.columns.map((one) => ({ ...one, isList: lists.has(key(one.name)) })) };
}

/** Ends what a session runs, by another one. */
async function interrupt(running: Connection, { scratchSource }: ProveOptions): Promise<void> {
  const other = await createConnection(scratchSource).catch(() => undefined);
  await other?.query(`KILL QUERY ${running.threadId}`).catch(() => undefined);
  await other?.end();
}

type Skipped = readonly [Compared, string];

/** Views that stand on the target, which are compared by their rows, and those that do not. */
function viewsOf(
  views: readonly Program[],
  standing: ReadonlySet<string>,
): readonly [seen: readonly Compared[], unseen: readonly Skipped[]] {
  const all = views.map((program): Compared => ({ program, name: lastName(program.definition.name?.parts ?? []) }));
  const isSeen = ({ name }: Compared): boolean => standing.has(key(name));
  const reason = 'the target has no such view, or it could not be made apart';
  return [all.filter(isSeen), all.filter((one) => !isSeen(one)).map((one): Skipped => [one, reason])];
}

/** LOGIC_TARGET_EMPTY: there is nothing there that programs could run on. */
function targetEmpty(schema: string): SluiceError {
  return new SluiceError({
    code: 'LOGIC_TARGET_EMPTY',
    message: `the target's schema ${schema} has none of the source's tables`,
    remedy: 'Make them by sluice schema apply or sluice run, then test the programs.',
    disposition: 'stop',
  });
}

/** LOGIC_SCRATCH: a scratch place could not be made. */
async function told<T>(what: string, making: Promise<T>): Promise<T> {
  try {
    return await making;
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new SluiceError({
      code: 'LOGIC_SCRATCH',
      message: `${what} could not be made: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: 'Name servers of the kinds and versions of the real ones, and accounts that may create there',
      disposition: 'stop',
      cause,
    });
  }
}

interface Sessions {
  readonly source: Connection;
  readonly target: Client;
  /** Of the scratch database and schema. */
  readonly name: string;
  readonly clockSeconds: number;
  readonly tables: readonly SourceTable[];
}

/** What ends transactions comes last: what it changes stays for those behind it. */
async function compareAll(
  run: readonly Compared[],
  options: ProveOptions,
  sessions: Sessions,
): Promise<readonly Comparison[]> {
  const { python, catalogue, scratchSource, scratchTarget } = options;
  const programs = run.map(({ program }) => program);
  // The rows were copied with their numbers: the next one is behind them.
  await (await targetReset(sessions.target))(sessions.tables.map(({ name }) => name));
  if (python === undefined) return await compareIn(run, options, { ...sessions, django: undefined });
  const django = await openDjangoPlace({ ...sessions, python, programs, catalogue, scratchSource, scratchTarget });
  try {
    return await compareIn(run, options, { ...sessions, django });
  } finally {
    await django[Symbol.asyncDispose]();
  }
}

async function compareIn(
  run: readonly Compared[],
  options: ProveOptions,
  { source, target, tables, django }: Sessions & Pick<Place, 'django'>,
): Promise<readonly Comparison[]> {
  const programs = run.map(({ program }) => program);
  const reach = new ReachFinder(programs);
  const forgotten = forgetting(programs);
  const place: Place = {
    source: sourceSide(source, {
      isKept: false,
      first: forgotten.source,
      interrupt: { afterMs: options.caseMs, now: () => interrupt(source, options) },
    }),
    target: targetSide(target, { isKept: false, first: forgotten.target, rules: options.catalogue.rules }),
    connection: source,
    tables,
    reach,
    giving: hasResultSets(programs),
    recorded: options.recorded,
    django,
    cases: options.cases,
  };
  const commits = (one: Compared): number => Number(reach.of(one.program).commits);
  const ordered = run.toSorted((a, b) => commits(a) - commits(b));
  const found = new Map<Compared, Comparison>();
  for (const one of ordered) {
    options.signal.throwIfAborted();
    found.set(one, await compareProgram(one, place));
  }
  const told: Comparison[] = [];
  for (const [one, comparison] of found) {
    options.signal.throwIfAborted();
    const whole = { ...comparison, branches: await countBranches(one, place) };
    options.onProgram(whole);
    told.push(whole);
  }
  return told.toSorted((a, b) => order(run, a) - order(run, b));
}

function order(run: readonly Compared[], { name }: Comparison): number {
  return run.findIndex((one) => one.name === name || lastName(one.program.definition.name?.parts ?? []) === name);
}

/** One moment on both sides, so that no clock can tell two runs apart. */
async function freeze(source: Connection, target: Client, second: number): Promise<void> {
  // The target has no limit of its own: a program that calls itself may, as where the application lets it.
  await source.query(`SET timestamp = ${second}, max_sp_recursion_depth = 255`);
  await target.query(
    `CREATE FUNCTION sluice_clock() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT to_timestamp(${second})'`,
  );
}

function frozen(statement: string): string {
  return statement.replaceAll(/\b(?:statement_timestamp|clock_timestamp)\(\)/g, 'sluice_clock()');
}
