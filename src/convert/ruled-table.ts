import type { CatalogueColumn, CatalogueForeignKey, CatalogueIndex, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdentifier } from '../mysql/identifier.ts';
import { keepsDistinct, type Mask } from '../rule/mask.ts';
import { HASH_COLUMN_TYPE, maskedType } from '../rule/masker.ts';
import { ruledVersion, type TableRules } from '../rule/row-rule.ts';

export type RulesOf = (database: string, table: string) => TableRules | null;

/** A table as the target should have it under the rules: everything that makes or describes target tables reads this. */
export function ruledTable(table: CatalogueTable, rulesOf: RulesOf): CatalogueTable {
  const rules = rulesOf(table.version.database, table.version.table) ?? NO_RULES;
  const ruled = rules === NO_RULES ? table : ruledColumns(table, rules);
  return {
    ...ruled,
    indexes: table.indexes.filter((index) => keepsIndex(index, rules)),
    checks: table.checks.filter(({ clause }) => !speaksOf(clause, rules)),
    foreignKeys: table.foreignKeys.filter((key) => keepsKey(key, rulesOf)),
    referencedBy: table.referencedBy.filter((key) => keepsKey(key, rulesOf)),
  };
}

const NO_RULES: TableRules = { exclude: [], mask: new Map(), salt: '' };

/** A reference goes on to hold where neither side is touched, or both become the same hash. */
export function keepsKey(key: CatalogueForeignKey, rulesOf: RulesOf): boolean {
  const child = rulesOf(key.database, key.table);
  const parent = rulesOf(key.parentDatabase, key.parentTable);
  return key.columns.every((column, i) => {
    const other = key.parentColumns[i] ?? '';
    if (child?.exclude.includes(column) || parent?.exclude.includes(other)) return false;
    const [own, theirs] = [child?.mask.get(column), parent?.mask.get(other)];
    return own === theirs || (own?.kind === 'hash' && theirs?.kind === 'hash');
  });
}

/** An expression, a prefix or a kind of index that is made for the type itself says nothing of a masked value. */
function keepsIndex(index: CatalogueIndex, rules: TableRules): boolean {
  const isPlain = index.type === 'BTREE' || index.type === 'HASH';
  return index.parts.every(({ column, expression, prefix }) => {
    if (expression !== null) return !speaksOf(expression, rules);
    if (column === null || rules.exclude.includes(column)) return false;
    const mask = rules.mask.get(column);
    return mask === undefined || (isPlain && prefix === null && (!index.isUnique || keepsDistinct(mask)));
  });
}

/** Servers print the columns of an expression in backquotes. */
export function speaksOf(expression: string, rules: TableRules): boolean {
  return [...rules.exclude, ...rules.mask.keys()].some((column) => expression.includes(quoteIdentifier(column)));
}

function ruledColumns(table: CatalogueTable, rules: TableRules): CatalogueTable {
  const { description } = table;
  const stays = (name: string) => !rules.exclude.includes(name);
  const version = ruledVersion(table.version, rules);
  const nameOf = (index: number) => version.columns[index]?.name ?? '';
  const columns = table.columns.filter(({ name }) => stays(name)).map((column) => ruledColumn(column, rules));
  return {
    ...table,
    version,
    columns,
    description: {
      ...description,
      columns,
      uniques: version.uniques.map((unique) => unique.map(nameOf)),
    },
  };
}

/** A masked column is a plain one: its default, its expression and what it updates itself to speak of other values. */
function ruledColumn(column: CatalogueColumn, rules: TableRules): CatalogueColumn {
  const mask = rules.mask.get(column.name);
  if (mask === undefined) return column;
  return {
    ...column,
    ...(mask.kind === 'hash' ? HASHED : {}),
    type: maskedType(column.type, mask),
    nullable: column.nullable || mask.kind === ('null' satisfies Mask['kind']),
    isGenerated: false,
    isLogged: true,
    generated: null,
    default: null,
    extra: '',
  };
}

const HASHED = { columnType: HASH_COLUMN_TYPE, length: 64, charset: 'utf8mb4', collation: null, srid: null } as const;
