import type { MysqlConnection, Row } from './connection.ts';
import type { Server } from './server.ts';

export interface CatalogueScope {
  readonly databases: readonly string[];
  /** Only tables of these names; all when absent. */
  readonly tables?: readonly string[];
}

/** Rows of information_schema for a scope; every value is text, names as here on both servers. */
export interface CatalogueRows {
  readonly tables: readonly Row[];
  /** Of tables that have one. */
  readonly comments: readonly Row[];
  readonly columns: readonly Row[];
  readonly indexes: readonly Row[];
  /** Foreign keys of the tables of the scope. */
  readonly outward: readonly Row[];
  /** Foreign keys of any table that reference a table of the scope. */
  readonly inward: readonly Row[];
  readonly checks: readonly Row[];
  readonly triggers: readonly Row[];
}

/** What the two servers' information_schema calls differently. */
interface Dialect {
  readonly srid: string;
  readonly indexExpression: string;
  readonly isIndexVisible: string;
  readonly checkTable: string;
  readonly checkEnforced: string;
}

const DIALECTS: Readonly<Record<Server['kind'], Dialect>> = {
  mysql: {
    srid: 'SRS_ID',
    indexExpression: 'EXPRESSION',
    isIndexVisible: "IS_VISIBLE = 'YES'",
    checkTable: `SELECT t.TABLE_SCHEMA, t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, t.ENFORCED, 'Table' AS LEVEL
      FROM information_schema.TABLE_CONSTRAINTS t JOIN information_schema.CHECK_CONSTRAINTS c
        ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME
      WHERE t.CONSTRAINT_TYPE = 'CHECK'`,
    checkEnforced: "ENFORCED = 'YES'",
  },
  mariadb: {
    // Only for columns that have one: the sub-query opens tables and takes 5 ms a time.
    srid: `IF(DATA_TYPE REGEXP 'geom|point|polygon|linestring', (SELECT g.SRID FROM information_schema.GEOMETRY_COLUMNS g
      WHERE g.G_TABLE_SCHEMA = c.TABLE_SCHEMA AND g.G_TABLE_NAME = c.TABLE_NAME
      AND g.G_GEOMETRY_COLUMN = c.COLUMN_NAME), NULL)`,
    indexExpression: 'NULL',
    isIndexVisible: "IGNORED = 'NO'",
    checkTable: `SELECT CONSTRAINT_SCHEMA AS TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, LEVEL
      FROM information_schema.CHECK_CONSTRAINTS WHERE TRUE`,
    checkEnforced: '1',
  },
};

export async function readCatalogueRows(connection: MysqlConnection, scope: CatalogueScope): Promise<CatalogueRows> {
  const dialect = DIALECTS[connection.server.kind];
  const read = (sql: string, prefix = 'TABLE_SCHEMA', name = 'TABLE_NAME') => {
    const names = scope.tables === undefined ? '' : ` AND ${name} IN (?)`;
    const values = scope.tables === undefined ? [scope.databases] : [scope.databases, scope.tables];
    return connection.rows(sql.replace('/*scope*/', `${prefix} IN (?)${names}`), values);
  };
  if (scope.databases.length === 0 || scope.tables?.length === 0) return NOTHING;
  return {
    tables: await read(TABLES),
    comments: await read(COMMENTS),
    columns: await read(columns(dialect)),
    indexes: await read(indexes(dialect)),
    outward: await read(FOREIGN_KEYS, 'k.TABLE_SCHEMA', 'k.TABLE_NAME'),
    inward: await read(FOREIGN_KEYS, 'k.REFERENCED_TABLE_SCHEMA', 'k.REFERENCED_TABLE_NAME'),
    checks: await read(checks(dialect)),
    triggers: await read(TRIGGERS, 'EVENT_OBJECT_SCHEMA', 'EVENT_OBJECT_TABLE'),
  };
}

const NOTHING: CatalogueRows = {
  tables: [],
  comments: [],
  columns: [],
  indexes: [],
  outward: [],
  inward: [],
  checks: [],
  triggers: [],
};

const TABLES = `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\`, TABLE_TYPE AS type, ENGINE AS engine,
  TABLE_ROWS AS estimate, DATA_LENGTH AS bytes, AUTO_INCREMENT AS nextId, TABLE_COLLATION AS collation,
  CREATE_OPTIONS AS options
  FROM information_schema.TABLES
  WHERE /*scope*/ AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY TABLE_SCHEMA, TABLE_NAME`;

/** By itself: beside statistics, MySQL shows the error of a table that it cannot open as the comment of another one. */
const COMMENTS = `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\`, TABLE_COMMENT AS comment
  FROM information_schema.TABLES
  WHERE /*scope*/ AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND ENGINE IS NOT NULL AND TABLE_COMMENT <> ''`;

const columns = (
  dialect: Dialect,
) => `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\`, COLUMN_NAME AS name,
  COLUMN_TYPE AS type, COLUMN_DEFAULT AS \`default\`, IS_NULLABLE AS nullable, EXTRA AS extra,
  CHARACTER_MAXIMUM_LENGTH AS length, CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation,
  COLUMN_COMMENT AS comment, GENERATION_EXPRESSION AS expression, ${dialect.srid} AS srid
  FROM information_schema.COLUMNS c WHERE /*scope*/ ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`;

const indexes = (dialect: Dialect) => `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\`, INDEX_NAME AS name,
  NON_UNIQUE AS nonUnique, COLUMN_NAME AS \`column\`, ${dialect.indexExpression} AS expression, SUB_PART AS prefix,
  COLLATION AS direction, INDEX_TYPE AS type, ${dialect.isIndexVisible} AS visible, INDEX_COMMENT AS comment
  FROM information_schema.STATISTICS WHERE /*scope*/ ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`;

const FOREIGN_KEYS = `SELECT k.TABLE_SCHEMA AS \`database\`, k.TABLE_NAME AS \`table\`, k.CONSTRAINT_NAME AS name,
  k.COLUMN_NAME AS \`column\`, k.REFERENCED_TABLE_SCHEMA AS parentDatabase, k.REFERENCED_TABLE_NAME AS parentTable,
  k.REFERENCED_COLUMN_NAME AS parentColumn, r.DELETE_RULE AS onDelete, r.UPDATE_RULE AS onUpdate
  FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
    ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.TABLE_NAME = k.TABLE_NAME
   AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
  WHERE /*scope*/ AND k.REFERENCED_TABLE_NAME IS NOT NULL
  ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`;

const checks = (dialect: Dialect) => `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS \`table\`,
  CONSTRAINT_NAME AS name, CHECK_CLAUSE AS clause, ${dialect.checkEnforced} AS enforced,
  LEVEL AS level
  FROM (${dialect.checkTable}) x WHERE /*scope*/ ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME`;

const TRIGGERS = `SELECT EVENT_OBJECT_SCHEMA AS \`database\`, EVENT_OBJECT_TABLE AS \`table\`, COUNT(*) AS count
  FROM information_schema.TRIGGERS WHERE /*scope*/ GROUP BY EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE`;
