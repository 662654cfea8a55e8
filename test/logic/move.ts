import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { type Catalogue, catalogueOf } from '../../src/logic/catalogue.ts';
import { type Converted, convertPrograms } from '../../src/logic/convert.ts';
import type { Side } from '../../src/logic/differential/case.ts';
import { openSourceSide } from '../../src/logic/differential/source-side.ts';
import { openTargetSide } from '../../src/logic/differential/target-side.ts';
import { readSource } from '../../src/logic/read/source.ts';
import { readCatalogue } from '../../src/mysql/catalogue.ts';
import { runPipeline } from '../../src/pipeline/run.ts';
import { type Line, openLine, type SourceKind } from '../e2e/line.ts';
import { sidesOf } from '../pipeline/sides.ts';

const COLUMNS = `SELECT table_name AS "table", column_name AS "column", data_type AS type
  FROM information_schema.columns WHERE table_schema = 'public'`;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A database moved by sluice itself, with its programs converted and made on the target. */
export interface Moved extends AsyncDisposable {
  readonly converted: readonly Converted[];
  readonly catalogue: Catalogue;
  readonly mysql: Side;
  readonly postgres: Side;
  readonly line: Line;
  /** Statements that the target did not take, with its reason. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/** A text that makes a program, and the `sql_mode` under which it is made where that is not the server's own. */
export type SourceProgram = string | { readonly create: string; readonly sqlMode: string | undefined };

export interface MoveOptions {
  readonly source?: SourceKind;
  /** Whether what a case changed stays for the next. */
  readonly isKept?: boolean;
  /** Made on the source once the rows are there. */
  readonly programs?: readonly SourceProgram[];
}

/** Moves the rows, then converts every program that the source has and makes it on the target. */
export async function move(
  fill: (line: Line) => Promise<void>,
  { source = 'mysql', isKept = true, programs: more = [] }: MoveOptions = {},
): Promise<Moved> {
  const line = await openLine({ source, log: 'embedded', target: ', schema: public' });
  await fill(line);
  await makeOnSource(line.source.url, more);
  await runPipeline(line.config, {
    mode: 'run',
    until: 'caught-up',
    signal: new AbortController().signal,
    logger: silent,
    onStatus() {},
  });
  const sides = await sidesOf(line);
  const { programs } = await readSource(sides.source, line.source.name);
  const { rows } = await sides.target.query(COLUMNS);
  const types = new Map(rows.map((row) => [`${row['table']}.${row['column']}`, row['type'] ?? '']));
  const tables = await readCatalogue(sides.source, { databases: [line.source.name] });
  const catalogue = catalogueOf(tables, (table, column) => types.get(`${table}.${column}`));
  const converted = convertPrograms(programs, { catalogue });
  await sides.close();
  const refused = await make(line.target.url, converted);
  const mysql = await openSourceSide(line.source.url, { isKept });
  const postgres = await openTargetSide(line.target.url, 'public', { isKept, rules: catalogue.rules });
  const close = async () => {
    await mysql[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
    await line.close();
  };
  return { converted, catalogue, mysql, postgres, line, refused, [Symbol.asyncDispose]: close };
}

async function makeOnSource(url: string, programs: readonly SourceProgram[]): Promise<void> {
  const connection = await createConnection({ uri: url });
  const refused: string[] = [];
  for (const program of programs) {
    const { create, sqlMode } = typeof program === 'string' ? { create: program, sqlMode: undefined } : program;
    await connection.query(sqlMode === undefined ? 'SET sql_mode = @@global.sql_mode' : 'SET sql_mode = ?', [sqlMode]);
    await connection.query(create).catch((error: unknown) => refused.push(`${create}: ${String(error)}`));
  }
  await connection.end();
  if (refused.length > 0) throw new Error(refused.join('\n'));
}

async function make(url: string, converted: readonly Converted[]): Promise<Moved['refused']> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const refused: { name: string; reason: string }[] = [];
  for (const { name, statements } of converted) {
    for (const statement of statements) {
      await client.query(statement).catch((error: unknown) => refused.push({ name, reason: String(error) }));
    }
  }
  await client.end();
  return refused;
}
