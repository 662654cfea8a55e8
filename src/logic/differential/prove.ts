import { randomBytes } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import type { Client } from 'pg';
import { SluiceError } from '../../contract/error.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { quoteIdentifier } from '../../mysql/identifier.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { quoteIdent } from '../../postgres/quote.ts';
import type { Catalogue } from '../catalogue.ts';
import { type Converted, convertPrograms } from '../convert.ts';
import type { Program } from '../program.ts';
import { lastName } from '../program-name.ts';
import { hasResultSets } from '../result-set.ts';
import { key } from '../table-access.ts';
import type { RecordedCall } from './call-file.ts';
import { type Comparison, compareProgram, countBranches, type Place, skippedProgram } from './differ.ts';
import { ReachFinder } from './reach.ts';
import { refusals } from './refusal.ts';
import { type SourceTable, sampleSource } from './sample-source.ts';
import { SCRATCH } from './scratch.ts';
import { makeScratchSource } from './scratch-source.ts';
import { makeScratchTarget, readOnUpdate, readTargetTables } from './scratch-target.ts';
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
  const kept = tables.filter((table) => made.some((one) => key(one.name) === key(table.name)));
  const programs = options.programs.filter(({ definition }) => definition.tag !== 'view');
  const converted = convertPrograms(programs, { catalogue: options.catalogue, schema: name });
  const refused = refusals(converted);
  const run = converted.filter((one) => !refused.has(one));
  const source = await told(
    'the scratch database',
    makeScratchSource(options.scratchSource, name, {
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
      await makeViews((sql) => target.query(sql), await targetViews(options.target, options.schema));
      await freeze(source, target);
      for (const statement of [...onUpdate, ...run.flatMap(({ statements }) => statements)])
        await told('a conversion on the scratch schema', target.query(frozen(statement)));
      const compared = await compareAll(run, options, { source, target, tables: kept });
      return [...compared, ...[...refused].map(([one, reason]) => skippedProgram(one, reason))];
    } finally {
      await target.query(`DROP SCHEMA IF EXISTS ${quoteIdent(name)} CASCADE`);
      await target.end();
    }
  } finally {
    await source.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
    await source.end();
  }
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
  readonly tables: readonly SourceTable[];
}

/** What ends transactions comes last: what it changes stays for those behind it. */
async function compareAll(
  run: readonly Converted[],
  options: ProveOptions,
  { source, target, tables }: Sessions,
): Promise<readonly Comparison[]> {
  const programs = run.map(({ program }) => program);
  const reach = new ReachFinder(programs);
  const place: Place = {
    source: sourceSide(source, { isKept: false }),
    target: targetSide(target, { isKept: false }),
    connection: source,
    tables,
    reach,
    giving: hasResultSets(programs),
    recorded: options.recorded,
    cases: options.cases,
  };
  const commits = (one: Converted): number => Number(reach.of(one.program).commits);
  const ordered = run.toSorted((a, b) => commits(a) - commits(b));
  const found = new Map<Converted, Comparison>();
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

function order(run: readonly Converted[], { name }: Comparison): number {
  return run.findIndex((one) => one.name === name || lastName(one.program.definition.name?.parts ?? []) === name);
}

/** One moment on both sides, so that no clock can tell two runs apart. */
async function freeze(source: Connection, target: Client): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  await source.query(`SET timestamp = ${second}`);
  await target.query(
    `CREATE FUNCTION sluice_clock() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT to_timestamp(${second})'`,
  );
}

function frozen(statement: string): string {
  return statement.replaceAll(/\b(?:statement_timestamp|clock_timestamp)\(\)/g, 'sluice_clock()');
}
