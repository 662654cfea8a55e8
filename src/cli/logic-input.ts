import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { sourceLogin, targetLogin } from '../config/login.ts';
import { schemasOf } from '../config/target-name.ts';
import { SluiceError } from '../contract/error.ts';
import {
  type Catalogue,
  type Collations,
  catalogueOf,
  catalogueOfScript,
  type TargetTypeOf,
} from '../logic/catalogue.ts';
import type { Language } from '../logic/parse-program.ts';
import type { Program } from '../logic/program.ts';
import { readSource } from '../logic/read/source.ts';
import { lineAt } from '../logic/walk.ts';
import { readCatalogue } from '../mysql/catalogue.ts';
import { connectMysql } from '../mysql/connection.ts';
import { connectPostgres } from '../postgres/connection.ts';
import { quoteLiteral } from '../postgres/quote.ts';
import { requireConfig } from './load-file.ts';
import { CHARSET_FLAG, readScript } from './script-file.ts';
import type { Call, Flag } from './verb.ts';

/** Stored programs of a call, from a file or from the source. */
export interface LogicInput {
  /** The file or the databases, for titles. */
  readonly from: string;
  readonly programs: readonly Program[];
  /** Tables of the same place, with the types that their columns have on the target. */
  readonly catalogue: Catalogue;
  readonly firstLineOf: (program: Program) => number;
}

/** What tells in which language a file is written. */
export const LANGUAGE_FLAGS: readonly Flag[] = [
  {
    name: 'language',
    type: 'text',
    value: 'NAME',
    choices: ['mysql', 'mariadb'],
    help: 'Whose language FILE is written in; mysql when not given.',
  },
  { name: 'sql-mode', type: 'text', value: 'MODES', help: 'sql_mode under which FILE begins, as @@sql_mode has it.' },
  CHARSET_FLAG,
];

/** Newest grammar: what an old server wrote is in it. */
const VERSIONS = { mysql: 90_700, mariadb: 110_800 } as const;

/** Reads the programs of FILE, else of every database of the configuration. */
export async function logicInput(call: Call): Promise<LogicInput> {
  const [file] = call.operands;
  return file === undefined ? await fromSource(call) : fromFile(call, file);
}

function fromFile({ io, flags }: Call, file: string): LogicInput {
  const flavor: Language['flavor'] = flags.get('language') === 'mariadb' ? 'mariadb' : 'mysql';
  const sqlMode = String(flags.get('sql-mode') ?? '');
  const charset = flags.get('charset');
  const language = { flavor, version: VERSIONS[flavor], sqlMode };
  const script = readScript(resolve(io.folder, file), language, charset === undefined ? undefined : String(charset));
  const catalogue = catalogueOfScript(script.tables);
  return { from: file, programs: script.programs, catalogue, firstLineOf: ({ offset }) => lineAt(script.text, offset) };
}

async function fromSource(call: Call): Promise<LogicInput> {
  const config = requireConfig(call);
  const { source } = config;
  const connection = await connectMysql(sourceLogin(source));
  try {
    const programs: Program[] = [];
    for (const database of source.databases) {
      const found = await readSource(connection, database);
      for (const name of found.hidden) call.output.warn(`the account may not see the text of ${name} in ${database}`);
      programs.push(...found.programs);
    }
    const tables = await readCatalogue(connection, { databases: source.databases });
    const { typeOf, collations } = await targetFacts(call, config);
    const catalogue = catalogueOf(tables, typeOf, collations);
    return { from: source.databases.join(', '), programs, catalogue, firstLineOf: () => 1 };
  } finally {
    await connection.close();
  }
}

/** Of the schemas that the configuration loads into alone: another may have a table of the same name. */
const COLUMNS = `SELECT table_name AS "table", column_name AS "column", data_type AS type FROM information_schema.columns
  WHERE table_schema IN `;

/**
 * Whether the database's own collation knows letters beyond ASCII, else the first other one that does: by the letter, as
 * MySQL, then ICU's, under which ß becomes SS.
 */
const FOLDS = `SELECT upper('é') = 'É' AS folds, (SELECT collname FROM pg_collation
  WHERE collnamespace = 'pg_catalog'::regnamespace AND collname IN ('pg_c_utf8', 'C.utf8', 'C.UTF-8', 'en_US.utf8', 'und-x-icu')
    AND collencoding IN (-1, pg_char_to_encoding(getdatabaseencoding()))
  ORDER BY array_position(ARRAY['pg_c_utf8', 'C.utf8', 'C.UTF-8', 'en_US.utf8', 'und-x-icu'], collname::text) LIMIT 1) AS other,
  (SELECT collname FROM pg_collation WHERE collnamespace = 'pg_catalog'::regnamespace AND collname = 'und-x-icu') AS root`;
const ASCII_ALONE =
  'TARGET_CTYPE: upper() and lower() of the target know the letters of ASCII alone (its LC_CTYPE is C), so that É and é stay two, and UPPER of é is é: see sluice check';

interface TargetFacts {
  readonly typeOf: TargetTypeOf;
  readonly collations: Collations | undefined;
}

/** Types of the target's columns as they stand; without the target each column has the type it has by default. */
async function targetFacts({ output }: Call, config: Config): Promise<TargetFacts> {
  const types = new Map<string, string>();
  const typeOf: TargetTypeOf = (table, column) => types.get(`${table}.${column}`);
  let collations: Collations | undefined;
  try {
    const session = await connectPostgres(targetLogin(config));
    const { rows } = await session.query(`${COLUMNS}(${schemasOf(config).map(quoteLiteral).join(', ')})`);
    for (const row of rows) types.set(`${row['table']}.${row['column']}`, row['type'] ?? '');
    const [fact] = (await session.query(FOLDS)).rows;
    const caseCollation = fact?.['folds'] === 't' ? undefined : (fact?.['other'] ?? undefined);
    collations = { caseCollation, orderCollation: fact?.['root'] ?? undefined };
    if (fact?.['folds'] !== 't') output.warn(caseCollation === undefined ? ASCII_ALONE : byOther(caseCollation));
    await session.close();
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    output.warn(`the target is not there (${error.code}): columns are taken to have their default types`);
  }
  return { typeOf, collations };
}

function byOther(collation: string): string {
  const szlig = collation.endsWith('-icu') ? ' (under which UPPER of ß is SS)' : '';
  return `TARGET_CTYPE: the target's own collation knows the case of ASCII alone (its LC_CTYPE is C): UPPER and LOWER are made by its collation ${collation}${szlig}, and comparisons without regard to case take É and é for two: see sluice check`;
}
