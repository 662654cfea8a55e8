import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { convertSchema } from '../../convert/convert-schema.ts';
import { convertViews, type ViewSurroundings } from '../../convert/convert-view.ts';
import { entriesOf, type SchemaDesign } from '../../convert/design.ts';
import { type Inventory, leftOut, sortedInventory } from '../../convert/inventory.ts';
import { NameBook } from '../../convert/name-book.ts';
import type { ConvertOptions } from '../../convert/options.ts';
import { type Proof, proveDesign } from '../../convert/prove.ts';
import { type ScannedFacts, scanData } from '../../convert/scan.ts';
import { sourceDialect } from '../../convert/source-dialect.ts';
import { standingFacts, standingTable } from '../../convert/standing-facts.ts';
import type { CatalogueTable } from '../../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { readSourceSchema, type SourceSchema } from '../../mysql/source-schema.ts';
import { tableKey } from '../../mysql/table-key.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { targetColumnName } from '../../postgres/identifier.ts';
import { readStandingSchema, type StandingSchema } from '../../postgres/standing-schema.ts';
import type { Scope } from '../scope.ts';
import { withSource } from '../source-session.ts';
import { withTarget } from '../target-session.ts';

/** The target as it should be and as it stands, with an account of every object of the source. */
export interface SchemaPlan extends Proof {
  readonly inventory: Inventory;
  readonly standing: StandingSchema;
}

export interface Servers {
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
}

/** Reads both sides, asks the data where it decides a type, and lets PostgreSQL prove the result. Changes nothing. */
export async function planSchema({ source, target }: Servers, scope: Scope): Promise<SchemaPlan> {
  const schema = await readSourceSchema(source, scope.databases);
  const standing = await readStandingSchema(target, schemasOf(schema, scope));
  const facts = await decidingFacts(schema, standing, source, scope);
  const proof = await provenSchema(schema, facts, { source, target }, scope);
  return { ...proof, inventory: inventoryOf(proof.design), standing };
}

/** The target's schema for facts that are known already, proved by PostgreSQL. Changes nothing. */
export async function provenSchema(
  schema: SourceSchema,
  facts: ScannedFacts,
  { source, target }: Servers,
  scope: Scope,
): Promise<Proof> {
  const { rows } = await target.query('SELECT extname FROM pg_extension');
  const extensions = rows.map((row) => row['extname'] ?? '');
  const options = { ...convertOptions(facts, extensions, scope), dialect: sourceDialect(source.server) };
  const names = new NameBook();
  const tables = await proveDesign(convertSchema(schema, options, names), target);
  return await withViews(tables, { schema, names, options, session: target });
}

/** The same without a target: of a server without extensions, nothing proved, and views wait for the proof. */
export function unprovenInventory(
  schema: SourceSchema,
  facts: ScannedFacts,
  source: MysqlConnection,
  scope: Scope,
): Inventory {
  const options = { ...convertOptions(facts, [], scope), dialect: sourceDialect(source.server) };
  const views = schema.views.filter(({ isValid }) => isValid);
  const waiting = views.map(({ database, name }) =>
    leftOut({ kind: 'view', database, table: null, name }, UNPROVEN, 'Give assess a target that it can reach.'),
  );
  return sortedInventory([...entriesOf(convertSchema(schema, options)), ...waiting]);
}

const UNPROVEN = 'a view is translated only where the target proves it, and the target was not reached';

async function withViews(proof: Proof, around: Omit<ViewSurroundings, 'design'>): Promise<Proof> {
  const { views, others } = await convertViews({ ...around, design: proof.design });
  return { ...proof, design: { ...proof.design, views, others: [...proof.design.others, ...others] } };
}

/** The same over sessions of its own, cut off when the signal aborts. */
export async function readPlan(config: Config, scope: Scope, signal: AbortSignal): Promise<SchemaPlan> {
  return await withSource(config, signal, (source) =>
    withTarget(targetLogin(config), signal, (target) => planSchema({ source, target }, scope)),
  );
}

export function inventoryOf(design: SchemaDesign): Inventory {
  return sortedInventory(entriesOf(design));
}

/** Schemas of the target that the source's databases go to. */
function schemasOf({ tables }: SourceSchema, scope: Scope): readonly string[] {
  const ofTables = tables.map(({ version }) => scope.targetOf(version.database, version.table)?.schema);
  return [...new Set([...scope.databases.map(scope.schemaOf), ...ofTables])].filter((name) => name !== undefined);
}

/** Tables that stand have been decided; only the data of the others is asked. */
async function decidingFacts(
  { tables, unreadable }: SourceSchema,
  standing: StandingSchema,
  source: MysqlConnection,
  scope: Scope,
): Promise<ScannedFacts> {
  const taken = tables.filter(({ version: { database, table } }) => {
    return scope.isPublished(database, table) && !unreadable.has(tableKey(database, table));
  });
  const known = taken.flatMap((table) => [...knownFacts(table, standing, scope)]);
  return await scanData(
    taken,
    async (sql) => (await source.rows(sql)).map((row) => Object.values(row)),
    new Map(known),
  );
}

function knownFacts(table: CatalogueTable, standing: StandingSchema, scope: Scope): ScannedFacts {
  const { database, table: name } = table.version;
  const target = scope.targetOf(database, name);
  const found = target === null ? null : standingTable(standing.tables, target);
  return found === null ? new Map() : standingFacts(table, found, (column) => scope.columnOf(database, name, column));
}

function convertOptions(
  facts: ScannedFacts,
  extensions: readonly string[],
  scope: Scope,
): Omit<ConvertOptions, 'dialect'> {
  const columnOf = (database: string, table: string, column: string) =>
    scope.columnOf(database, table, column) ?? targetColumnName(column);
  const { dropsNotNull, targetOf, policyOf, schemaOf, castOf, caseOf, rulesOf, keepsPartitions } = scope;
  return {
    facts,
    dropsNotNull,
    targetOf,
    columnOf,
    policyOf,
    schemaOf,
    castOf,
    caseOf,
    rulesOf,
    keepsPartitions,
    extensions,
  };
}
