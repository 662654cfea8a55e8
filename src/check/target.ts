import type { Config } from '../config/config.ts';
import { targetLogin } from '../config/login.ts';
import { schemasOf } from '../config/target-name.ts';
import { SluiceError } from '../contract/error.ts';
import { type Finding, finding, findingOf } from '../contract/finding.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { connectPostgres, type PostgresSession } from '../postgres/connection.ts';
import { arrayText, quoteIdent } from '../postgres/quote.ts';
import { checkExtensions } from './target-extension.ts';
import { checkTargetTables, hasCheckpoint } from './target-table.ts';
import { checkZone } from './zone.ts';

const OLDEST_VERSION = 150_000;

export interface CheckedTarget {
  readonly findings: readonly Finding[];
  /** null: the server could not be reached. */
  readonly version: string | null;
}

/** Everything that the target must be and allow; a transaction that is rolled back is not even begun. */
export async function checkTarget(config: Config, tables: readonly CatalogueTable[]): Promise<CheckedTarget> {
  let session: PostgresSession;
  try {
    session = await connectPostgres(targetLogin(config));
  } catch (error) {
    return { findings: [findingOf(error, 'target')], version: null };
  }
  try {
    const facts = await readFacts(session);
    const findings = [
      ...checkServer(facts),
      ...checkReplica(session, facts),
      ...(await checkSchemas(session, config, facts)),
      ...(await checkZone(session, config)),
      ...(await checkExtensions(session, config, tables)),
      ...(await checkTargetTables(session, { config, tables, isBegun: await hasCheckpoint(session, config.pipeline) })),
    ];
    return { findings, version: facts.version };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { findings: [findingOf(error, 'target')], version: null };
  } finally {
    await session.close();
  }
}

/** True once this pipeline has written to the target; false also where that cannot be told now. */
export async function hasBegun(config: Config): Promise<boolean> {
  try {
    const session = await connectPostgres(targetLogin(config));
    return await hasCheckpoint(session, config.pipeline).finally(() => session.close());
  } catch (error) {
    if (error instanceof SluiceError) return false;
    throw error;
  }
}

interface Facts {
  readonly version: string;
  readonly versionNumber: number;
  readonly encoding: string;
  readonly isStandby: boolean;
  readonly user: string;
  readonly database: string;
  readonly mayCreate: boolean;
  readonly mayMakeTemporary: boolean;
  readonly hasOwnSchema: boolean;
}

const FACTS = `
  SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number,
         pg_encoding_to_char(d.encoding) AS encoding, pg_is_in_recovery() AS standby, current_user AS "user",
         current_database() AS database, has_database_privilege(d.oid, 'CREATE') AS may_create,
         has_database_privilege(d.oid, 'TEMPORARY') AS may_temp, to_regnamespace('sluice') IS NOT NULL AS own
  FROM pg_database d WHERE d.datname = current_database()`;

async function readFacts(session: PostgresSession): Promise<Facts> {
  const [row = {}] = (await session.query(FACTS)).rows;
  const text = (name: string): string => row[name] ?? '';
  return {
    version: text('version'),
    versionNumber: Number(text('number')),
    encoding: text('encoding'),
    isStandby: text('standby') === 't',
    user: text('user'),
    database: text('database'),
    mayCreate: text('may_create') === 't',
    mayMakeTemporary: text('may_temp') === 't',
    hasOwnSchema: text('own') === 't',
  };
}

function checkServer(facts: Facts): readonly Finding[] {
  const found: Finding[] = [];
  if (facts.versionNumber < OLDEST_VERSION) {
    const message = `PostgreSQL ${facts.version} is too old: 15 or later is needed`;
    found.push(
      finding('blocker', 'TARGET_VERSION', 'target', message, '-- upgrade it, or name another server in target.url'),
    );
  }
  if (facts.encoding !== 'UTF8') {
    const cure = `CREATE DATABASE ${quoteIdent(`${facts.database}_utf8`)} TEMPLATE template0 ENCODING 'UTF8'`;
    found.push(
      finding('blocker', 'TARGET_ENCODING', 'target', `the database is encoded ${facts.encoding}, not UTF8`, cure),
    );
  }
  if (facts.isStandby) {
    const message = 'the server is a standby and takes no writes';
    found.push(finding('blocker', 'TARGET_READ_ONLY', 'target', message, '-- point target.url at the primary'));
  }
  if (!facts.mayMakeTemporary) {
    const cure = `GRANT TEMPORARY ON DATABASE ${quoteIdent(facts.database)} TO ${quoteIdent(facts.user)}`;
    found.push(finding('blocker', 'TARGET_PRIVILEGE', 'target', `${facts.user} may make no temporary tables`, cure));
  }
  return found;
}

/** Without it, keys and triggers of the target act on what we write: they have to be left off until the cutover. */
function checkReplica(session: PostgresSession, { user }: Facts): readonly Finding[] {
  if (session.isReplica) return [];
  const message = `${user} may not set session_replication_role: foreign keys and triggers of the target would act on replicated rows, so foreign keys are not made after the load`;
  const cure = `GRANT SET ON PARAMETER session_replication_role TO ${quoteIdent(user)}`;
  return [finding('warning', 'TARGET_REPLICATION_ROLE', 'target', message, cure)];
}

async function checkSchemas(session: PostgresSession, config: Config, facts: Facts): Promise<readonly Finding[]> {
  const { rows } = await session.query(
    `SELECT nspname AS name, has_schema_privilege(oid, 'CREATE') AS may_create, has_schema_privilege(oid, 'USAGE') AS may_use
     FROM pg_namespace WHERE nspname = ANY ($1::text[])`,
    [arrayText([...schemasOf(config), 'sluice'])],
  );
  const known = new Map(rows.map((row) => [row['name'] ?? '', row]));
  const isMade = config.target.ddl === 'convert';
  const found = schemasOf(config).flatMap((schema): readonly Finding[] => {
    const row = known.get(schema);
    if (row === undefined) return isMade && facts.mayCreate ? [] : [schemaMissing(schema, facts, isMade)];
    const needed = isMade ? 'CREATE' : 'USAGE';
    if (row[isMade ? 'may_create' : 'may_use'] === 't') return [];
    const cure = `GRANT USAGE, ${needed} ON SCHEMA ${quoteIdent(schema)} TO ${quoteIdent(facts.user)}`.replace(
      'USAGE, USAGE',
      'USAGE',
    );
    return [finding('blocker', 'TARGET_PRIVILEGE', schema, `${facts.user} lacks ${needed} on the schema`, cure)];
  });
  if (facts.hasOwnSchema || facts.mayCreate) return [...found, ...ownRight(known.get('sluice'), facts)];
  const cures = [`CREATE SCHEMA sluice AUTHORIZATION ${quoteIdent(facts.user)}`];
  const message = `${facts.user} may not create our own schema sluice, which keeps the checkpoint`;
  return [...found, finding('blocker', 'TARGET_PRIVILEGE', 'target', message, ...cures)];
}

function ownRight(row: Readonly<Record<string, string | null>> | undefined, { user }: Facts): readonly Finding[] {
  if (row === undefined || row['may_create'] === 't') return [];
  const cure = `GRANT USAGE, CREATE ON SCHEMA sluice TO ${quoteIdent(user)}`;
  return [finding('blocker', 'TARGET_PRIVILEGE', 'sluice', `${user} may not use our own schema sluice`, cure)];
}

function schemaMissing(schema: string, { user, database }: Facts, isMade: boolean): Finding {
  const statement = `CREATE SCHEMA ${quoteIdent(schema)} AUTHORIZATION ${quoteIdent(user)}`;
  if (!isMade)
    return finding(
      'blocker',
      'TARGET_SCHEMA_MISSING',
      schema,
      'target.ddl is existing, and there is no such schema',
      statement,
    );
  const cure = `GRANT CREATE ON DATABASE ${quoteIdent(database)} TO ${quoteIdent(user)}`;
  return finding(
    'blocker',
    'TARGET_PRIVILEGE',
    schema,
    `the schema is not there and ${user} may not create it`,
    `${cure} -- or: ${statement}`,
  );
}
