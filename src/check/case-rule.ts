import type { Config } from '../config/config.ts';
import { caseRuleOf } from '../config/table-filter.ts';
import { type Finding, finding } from '../contract/finding.ts';
import type { CatalogueColumn, CatalogueForeignKey, CatalogueTable } from '../mysql/catalogue-table.ts';
import { textRule } from '../sql/value-type.ts';

/** Rules of `case` against the catalogue: only a text that the source compares without case can be given one. */
export function checkCases(config: Config, moved: readonly CatalogueTable[]): readonly Finding[] {
  return [
    ...moved.flatMap((table) => table.columns.flatMap((column) => checkColumn(config, table, column))),
    ...moved.flatMap(({ foreignKeys }) => foreignKeys.flatMap((key) => checkKey(config, moved, key))),
  ];
}

function checkColumn(config: Config, table: CatalogueTable, column: CatalogueColumn): readonly Finding[] {
  const { database, table: name } = table.version;
  const rule = caseRuleOf(config.tables, database, name, column.name);
  if (rule === 'exact') return [];
  const object = `${database}.${name}.${column.name}`;
  if (column.type.kind !== 'text' || textRule(column.collation ?? undefined) !== 'lower') {
    const why = column.type.kind === 'text' ? `compares exactly at the source (${column.collation})` : 'is no text';
    return [finding('blocker', 'RULE_CASE', object, `${why}: ${rule} would refuse rows that the source takes`)];
  }
  const isUnique = table.indexes.some(
    (index) => index.isUnique && index.parts.some((part) => part.column === column.name),
  );
  const message = 'is in no unique index and no key, so that the rule lower does nothing';
  return rule === 'lower' && !isUnique ? [finding('warning', 'RULE_CASE', object, message)] : [];
}

/** PostgreSQL makes no foreign key between citext and another type that finds rows without case. */
function checkKey(config: Config, moved: readonly CatalogueTable[], key: CatalogueForeignKey): readonly Finding[] {
  const isInside = moved.some(
    ({ version }) => version.database === key.parentDatabase && version.table === key.parentTable,
  );
  if (!isInside) return [];
  return key.columns.flatMap((column, i) => {
    const sides = [
      { database: key.database, table: key.table, column },
      { database: key.parentDatabase, table: key.parentTable, column: key.parentColumns[i] ?? '' },
    ];
    const isFolded = (one: (typeof sides)[number]) =>
      caseRuleOf(config.tables, one.database, one.table, one.column) === 'citext';
    const [other] = sides.filter((one) => !isFolded(one));
    if (other === undefined || !sides.some(isFolded)) return [];
    const message = `foreign key ${key.name} of ${key.table} joins it with a citext column, and it is none`;
    const names = [other.table, other.column].map((name) => JSON.stringify(name));
    const cure = `tables: { rules: { ${names[0]}: { case: { ${names[1]}: citext } } } }`;
    return [finding('blocker', 'RULE_CASE', `${other.database}.${other.table}.${other.column}`, message, cure)];
  });
}
