import type { AppRule } from './application.ts';
import {
  all,
  columnsWhere,
  columnTypes,
  habitIs,
  isIndexed,
  isLeading,
  objectsOf,
  programsWith,
} from './application-place.ts';
import type { AssessedObject } from './object-class.ts';
import { rowsText } from './risk.ts';
import { isLoose } from './spelling.ts';

const TABLE_LOCKS = ['MYISAM', 'ARIA', 'MEMORY', 'CSV'];
/** Names by which people keep numbers as text. */
const NUMBER_NAME = /(^|_)(id|no|nr|num|number|code|zip|postcode|phone|ref)$/i;

/** What an application must do otherwise; a place is what this source has of it, never a guess at statements. */
export const APP_CHANGES: readonly AppRule[] = [
  {
    title: 'Comparisons that ignore case, accents or trailing spaces',
    why: "MySQL's = and LIKE ignore them in these indexed columns; PostgreSQL's do not",
    change:
      'Compare lower(column) with a lower-case value, use ILIKE, or give the column a rule: case: { column: citext }.',
    places: columnsWhere(
      (column, table) => isLoose(column) && isIndexed(table, column.name),
      'spelling-groups',
      'unique-spelling',
    ),
  },
  {
    title: 'LIKE, =, GROUP BY and DISTINCT on other texts',
    why: 'these columns are compared without case too, though no index has them',
    change: 'Write ILIKE for LIKE where case must not count, and lower(column) where groups must fall together.',
    places: columnsWhere((column, table) => isLoose(column) && !isIndexed(table, column.name)),
  },
  {
    title: 'NULL in ORDER BY',
    why: 'NULL comes first in ascending order on MySQL and last on PostgreSQL; these nullable columns lead an index, so they are sorted by',
    change:
      'Write NULLS FIRST after ascending and NULLS LAST after descending columns (Django: F().asc(nulls_first=True)).',
    places: columnsWhere(({ nullable, name }, table) => nullable && isLeading(table, name)),
  },
  {
    title: 'GROUP BY of columns that are not grouped',
    why: 'this server lets a query select columns that it does not group by, and gives any of the values; PostgreSQL refuses the query',
    change: 'Group by every selected column, or say max(column) or (array_agg(column))[1].',
    places: habitIs(
      ({ sqlMode }) => !sqlMode.has('ONLY_FULL_GROUP_BY'),
      () => 'sql_mode has no ONLY_FULL_GROUP_BY',
    ),
  },
  {
    title: 'Values that do not fit',
    why: 'outside strict mode the source cuts texts, bounds numbers and turns wrong dates into zero; PostgreSQL gives an error',
    change: 'Check values in the application before they are written.',
    places: habitIs(
      ({ sqlMode }) => !['STRICT_TRANS_TABLES', 'STRICT_ALL_TABLES'].some((mode) => sqlMode.has(mode)),
      () => 'sql_mode has no STRICT_TRANS_TABLES',
    ),
  },
  {
    title: 'Isolation of transactions',
    why: 'a transaction sees one moment throughout on this server, and each statement its own on PostgreSQL (READ COMMITTED)',
    change:
      'Where a transaction reads twice and relies on the same answer: BEGIN ISOLATION LEVEL REPEATABLE READ and repeat it on SQLSTATE 40001, or lock the rows by FOR UPDATE. There are no gap locks.',
    places: habitIs(
      ({ isolation }) => isolation === 'REPEATABLE-READ',
      ({ isolation }) => `transaction_isolation is ${isolation}`,
    ),
  },
  {
    title: 'INSERT IGNORE, REPLACE and ON DUPLICATE KEY UPDATE',
    why: 'they act on whichever unique key collides, and these tables have several; ON CONFLICT ... DO UPDATE names one. Programs listed here use them today',
    change: 'Name the key: INSERT ... ON CONFLICT (columns) DO UPDATE SET column = excluded.column, or DO NOTHING.',
    places: all(programsWith('UPSERT', 'REPLACE', 'INSERT_IGNORE'), ({ tables }) =>
      tables
        .map(({ version, indexes }) => ({
          name: version.table,
          keys: indexes.filter(({ isUnique }) => isUnique).length,
        }))
        .filter(({ keys }) => keys > 1)
        .map(({ name, keys }) => `${name}: ${keys} unique keys`),
    ),
  },
  {
    title: 'Locks',
    why: 'these tables are locked as a whole by every statement on the source, or programs lock by name',
    change:
      'LOCK TABLES becomes LOCK TABLE inside a transaction, GET_LOCK() pg_advisory_lock(), LOCK IN SHARE MODE FOR SHARE; statements that waited for a table now run side by side.',
    places: all(programsWith('ADVISORY_LOCK'), ({ tables }) =>
      tables
        .filter(({ engine }) => TABLE_LOCKS.includes(engine.toUpperCase()))
        .map(({ version, engine }) => `${version.table} (${engine})`),
    ),
  },
  {
    title: 'Division of whole numbers',
    why: 'a / b of two integers is a fraction on MySQL (7 / 2 = 3.5) and a whole number on PostgreSQL (3), and division by zero is NULL on MySQL and an error on PostgreSQL; these columns hold numbers that are no keys',
    change: 'Write a::numeric / b, and nullif(b, 0). DIV becomes /.',
    places: columnsWhere(
      ({ type, columnType, name, extra }, table) =>
        type.kind === 'integer' &&
        !columnType.startsWith('tinyint(1)') &&
        !extra.includes('auto_increment') &&
        !isIndexed(table, name) &&
        !/(^|_)id$/i.test(name),
    ),
  },
  {
    title: 'Concatenation',
    why: 'CONCAT() of a NULL is NULL on MySQL and passes over it on PostgreSQL; these texts may be NULL',
    change: 'Write a || b where NULL must stay NULL; keep concat() where it must not.',
    places: columnsWhere(({ type, nullable }) => type.kind === 'text' && nullable),
  },
  {
    title: 'The operator ||',
    why: 'it is OR on this server and joins texts on PostgreSQL',
    change: 'Write OR, and && as AND.',
    places: habitIs(
      ({ sqlMode }) => !sqlMode.has('PIPES_AS_CONCAT'),
      () => 'sql_mode has no PIPES_AS_CONCAT',
    ),
  },
  {
    title: 'Comparisons of texts with numbers',
    why: "MySQL takes a text for a number where it is compared with one (code = 12 finds '012'); PostgreSQL refuses it. By their names these texts hold numbers",
    change: "Give the value as text ('12'), or cast the column: code::bigint = 12.",
    places: columnsWhere(({ type, name }) => type.kind === 'text' && NUMBER_NAME.test(name)),
  },
  {
    title: 'Zero dates',
    why: 'PostgreSQL has no 0000-00-00; it becomes NULL or what the rule says',
    change: "Ask IS NULL instead of = '0000-00-00', and stop writing such dates.",
    places: ({ findings }) =>
      findings
        .filter(({ rule }) => rule === 'zero-date')
        .map(({ table, columns, rows }) => `${table}.${columns.join(', ')}: ${rowsText(rows)}`),
  },
  {
    title: 'Booleans',
    why: 'these tinyint(1) columns become boolean, which is no number',
    change: 'Write TRUE and FALSE instead of 1 and 0; count with count(*) FILTER (WHERE flag) instead of SUM(flag).',
    places: columnTypes(/^boolean$/, (type) => type.startsWith('tinyint(1)')),
  },
  {
    title: 'Sets',
    why: 'a SET becomes text[]',
    change: "Write 'value' = ANY (column) instead of FIND_IN_SET, and arrays instead of comma lists.",
    places: columnTypes(/^text\[\]$/, (type) => type.startsWith('set(')),
  },
  {
    title: 'Full-text search',
    why: 'MATCH ... AGAINST is unknown to PostgreSQL',
    change: "Write to_tsvector('simple', ...) @@ websearch_to_tsquery('simple', ...), as the index has it.",
    places: ({ tables }) =>
      tables.flatMap((table) =>
        table.indexes.filter(({ type }) => type === 'FULLTEXT').map(({ name }) => `${table.version.table}: ${name}`),
      ),
  },
  {
    title: 'Last inserted id',
    why: 'LAST_INSERT_ID() and the insert id of the driver do not exist',
    change: 'Write INSERT ... RETURNING id.',
    places: columnsWhere(({ extra }) => extra.includes('auto_increment')),
  },
  {
    title: 'Names in capitals or with odd characters',
    why: 'PostgreSQL folds a name without quotes to lower case',
    change: 'Write these names in double quotes, or give them new names by a rule; backticks are no quotes there.',
    places: ({ tables }) => {
      const isPlain = (name: string) => /^[a-z_][a-z0-9_$]*$/.test(name);
      return tables.flatMap(({ version: { table }, columns }) => [
        ...(isPlain(table) ? [] : [table]),
        ...columns.filter(({ name }) => !isPlain(name)).map(({ name }) => `${table}.${name}`),
      ]);
    },
  },
  {
    title: 'Stored programs that the application calls',
    why: 'procedures and functions do not go over by themselves, and those that give rows are called otherwise',
    change: 'Write them by sluice logic convert, or in the application: sluice logic list tells how much each takes.',
    places: all(objectsOf('procedure', notExcluded), objectsOf('function', notExcluded)),
  },
  {
    title: "Raw SQL in MySQL's own words",
    why: 'statements written by hand are not seen by this report, and every application has some',
    change: 'Look for backticks, LIMIT a, b, IFNULL, GROUP_CONCAT, DATE_FORMAT, and quotes " around texts.',
    places: ({ tables }) => (tables.length === 0 ? [] : ['every statement that is written by hand']),
  },
];

function notExcluded(object: AssessedObject): boolean {
  return object.class !== 'excluded';
}
