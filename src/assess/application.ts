import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { DataFinding } from './finding.ts';
import type { AssessedObject } from './object-class.ts';
import { isLoose } from './spelling.ts';

/** Something that the application's own statements and code must do otherwise. */
export interface AppChange {
  readonly title: string;
  readonly why: string;
  readonly change: string;
  /** What of the source calls for it: `tbl_customer.email`. */
  readonly places: readonly string[];
}

export interface AppFacts {
  readonly tables: readonly CatalogueTable[];
  readonly objects: readonly AssessedObject[];
  readonly findings: readonly DataFinding[];
}

/** Only what this source calls for: nothing is listed without a place. */
export function appChanges(facts: AppFacts): readonly AppChange[] {
  return CHANGES.flatMap(({ places, ...text }) => {
    const found = places(facts);
    return found.length === 0 ? [] : [{ ...text, places: found }];
  });
}

const columnsWhere =
  (test: (column: CatalogueTable['columns'][number], table: CatalogueTable) => boolean) =>
  ({ tables }: AppFacts): readonly string[] =>
    tables.flatMap((table) =>
      table.columns.filter((column) => test(column, table)).map(({ name }) => `${table.version.table}.${name}`),
    );

const columnTypes =
  (target: RegExp, source: (columnType: string) => boolean) =>
  ({ tables, objects }: AppFacts): readonly string[] => {
    const types = new Map(
      objects.filter(({ kind }) => kind === 'column').map((one) => [`${one.database}\0${one.text}`, one.target ?? '']),
    );
    return columnsWhere(({ name, columnType }, { version }) => {
      const type = types.get(`${version.database}\0column ${name} on ${version.table}`) ?? '';
      return source(columnType) && target.test(type);
    })({ tables, objects, findings: [] });
  };

const objectsOf =
  (kind: string, test: (object: AssessedObject) => boolean) =>
  ({ objects }: AppFacts): readonly string[] =>
    objects.filter((object) => object.kind === kind && test(object)).map(({ text }) => text);

function isIndexed(table: CatalogueTable, column: string): boolean {
  return table.indexes.some(({ parts }) => parts.some((part) => part.column === column));
}

const CHANGES: readonly (Omit<AppChange, 'places'> & { readonly places: (facts: AppFacts) => readonly string[] })[] = [
  {
    title: 'Comparisons that ignore case, accents or trailing spaces',
    why: "MySQL's = and LIKE ignore them in these indexed columns; PostgreSQL's do not",
    change: 'Compare lower(column) with a lower-case value, use ILIKE, or cast the column to citext by a rule.',
    places: columnsWhere((column, table) => isLoose(column) && isIndexed(table, column.name)),
  },
  {
    title: 'Zero dates',
    why: 'PostgreSQL has no 0000-00-00; it becomes NULL or what the rule says',
    change: "Ask IS NULL instead of = '0000-00-00', and stop writing such dates.",
    places: ({ findings }) =>
      findings.filter(({ rule }) => rule === 'zero-date').map(({ table, columns }) => `${table}.${columns.join(', ')}`),
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
    why: 'procedures and functions do not go over by themselves',
    change: 'Make them in PL/pgSQL or in the application: sluice logic list tells how much each takes.',
    places: (facts) => [...objectsOf('procedure', notExcluded)(facts), ...objectsOf('function', notExcluded)(facts)],
  },
  {
    title: "Raw SQL in MySQL's own words",
    why: 'statements written by hand are not seen by this report, and every application has some',
    change:
      'Look for backticks, INSERT IGNORE, ON DUPLICATE KEY UPDATE, REPLACE INTO, LIMIT a, b, IFNULL, GROUP_CONCAT, DATE_FORMAT, and || as OR.',
    places: ({ tables }) => (tables.length === 0 ? [] : ['every statement that is written by hand']),
  },
];

function notExcluded(object: AssessedObject): boolean {
  return object.class !== 'excluded';
}
