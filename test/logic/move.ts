import { Client } from 'pg';
import { catalogueOf } from '../../src/logic/catalogue.ts';
import { type Converted, convertPrograms } from '../../src/logic/convert.ts';
import { readSource } from '../../src/logic/read-source.ts';
import { readCatalogue } from '../../src/mysql/catalogue.ts';
import { runPipeline } from '../../src/pipeline/run.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { sidesOf } from '../pipeline/sides.ts';
import { openMysqlSide, openPostgresSide, type Side } from './differential.ts';

const COLUMNS = `SELECT table_name AS "table", column_name AS "column", data_type AS type
  FROM information_schema.columns WHERE table_schema = 'public'`;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A database moved by sluice itself, with its programs converted and made on the target. */
export interface Moved extends AsyncDisposable {
  readonly converted: readonly Converted[];
  readonly mysql: Side;
  readonly postgres: Side;
  readonly line: Line;
  /** Statements that the target did not take, with its reason. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/** Moves the rows, then converts every program that the source has and makes it on the target. */
export async function move(fill: (line: Line) => Promise<void>): Promise<Moved> {
  const line = await openLine({ source: 'mysql', log: 'embedded', target: ', schema: public' });
  await fill(line);
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
  const mysql = await openMysqlSide(line.source.url);
  const postgres = await openPostgresSide(line.target.url, 'public');
  const close = async () => {
    await mysql[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
    await line.close();
  };
  return { converted, mysql, postgres, line, refused, [Symbol.asyncDispose]: close };
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
