import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { AppFacts } from './application.ts';
import type { AssessedObject } from './object-class.ts';
import type { RuleName } from './probe.ts';
import { rowsText } from './risk.ts';

type Column = CatalogueTable['columns'][number];
type Places = (facts: AppFacts) => readonly string[];

/** Columns that pass a test, each with the rows that the scan found under one of these rules. */
export function columnsWhere(
  test: (column: Column, table: CatalogueTable) => boolean,
  ...rules: readonly RuleName[]
): Places {
  return ({ tables, findings }) =>
    tables.flatMap((table) =>
      table.columns
        .filter((column) => test(column, table))
        .map(({ name }) => {
          const { database, table: own } = table.version;
          const rows = findings
            .filter(
              (one) =>
                rules.includes(one.rule) && one.database === database && one.table === own && one.columns[0] === name,
            )
            .map((one) => rowsText(one.rows));
          return `${own}.${name}${rows.length === 0 ? '' : `: ${rows.join(', ')}`}`;
        }),
    );
}

/** Columns of a source type that become a type of the target. */
export function columnTypes(target: RegExp, source: (columnType: string) => boolean): Places {
  return (facts) => {
    const types = new Map(
      facts.objects
        .filter(({ kind }) => kind === 'column')
        .map((one) => [`${one.database}\0${one.text}`, one.target ?? '']),
    );
    return columnsWhere(({ name, columnType }, { version }) => {
      const type = types.get(`${version.database}\0column ${name} on ${version.table}`) ?? '';
      return source(columnType) && target.test(type);
    })(facts);
  };
}

export function objectsOf(kind: string, test: (object: AssessedObject) => boolean): Places {
  return ({ objects }) => objects.filter((object) => object.kind === kind && test(object)).map(({ text }) => text);
}

/** Stored programs that use one of these features; the application's statements are like them. */
export function programsWith(...codes: readonly string[]): Places {
  return ({ programs }) =>
    [...programs.values()].flatMap(({ items }) =>
      items
        .filter(({ features }) => features.some(({ code }) => codes.includes(code)))
        .map(({ kind, name }) => `${kind} ${name}`),
    );
}

/** A setting of the server itself. */
export function habitIs(
  test: (habit: AppFacts['habit']) => boolean,
  words: (habit: AppFacts['habit']) => string,
): Places {
  return ({ habit, tables }) => (tables.length > 0 && test(habit) ? [words(habit)] : []);
}

/** The column leads an index, so statements look for it or sort by it. */
export function isLeading({ indexes }: CatalogueTable, column: string): boolean {
  return indexes.some(({ type, parts }) => type === 'BTREE' && parts[0]?.column === column);
}

export function isIndexed({ indexes }: CatalogueTable, column: string): boolean {
  return indexes.some(({ parts }) => parts.some((part) => part.column === column));
}

export function all(...of: readonly Places[]): Places {
  return (facts) => of.flatMap((places) => places(facts));
}
