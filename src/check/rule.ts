import { STRICT_POLICY } from '../column/codec.ts';
import { codecOf } from '../column/family.ts';
import type { Config, TableRule } from '../config/config.ts';
import { nearest } from '../config/nearest.ts';
import { ruleOf, rulesOf } from '../config/table-filter.ts';
import { columnNameOf, targetNameOf } from '../config/target-name.ts';
import { type Finding, finding } from '../contract/finding.ts';
import { keepsKey, speaksOf } from '../convert/ruled-table.ts';
import type { CatalogueForeignKey, CatalogueTable } from '../mysql/catalogue-table.ts';
import { ruleProblems } from '../rule/row-rule.ts';
import { checkCases } from './case-rule.ts';
import { checkCaseRules } from './case-unique.ts';

/** Rules against the catalogue: what they name must be there, and what they ask for must be possible. */
export function checkRules(config: Config, moved: readonly CatalogueTable[]): readonly Finding[] {
  return [
    ...Array.from(config.tables.rules, ([name, rule]) => checkNames(name, rule, moved)).flat(),
    ...sameNames(config, moved),
    ...moved.flatMap((table) => checkTable(config, table)),
    ...checkCases(config, moved),
    ...checkCaseRules(config, moved),
    ...moved.flatMap(({ foreignKeys }) => foreignKeys.flatMap((key) => checkKey(config, moved, key))),
  ];
}

function nameOf({ version }: CatalogueTable): string {
  return `${version.database}.${version.table}`;
}

function checkNames(name: string, rule: TableRule, moved: readonly CatalogueTable[]): readonly Finding[] {
  const tables = moved.filter((table) => name === table.version.table || name === nameOf(table));
  if (tables.length === 0) {
    const known = moved.map(({ version }) => version.table);
    return [unused(hides(rule), `tables.rules: there is no table "${name}"`, nearest(name, known))];
  }
  const known = tables.flatMap(({ columns }) => columns.map((column) => column.name));
  const hiding = [
    ...rule.exclude,
    ...rule.mask.keys(),
    ...rule.cast.keys(),
    ...rule.case.keys(),
    ...rule.columns.keys(),
  ];
  const harmless = [...rule.zeroDate.keys(), ...rule.nul.keys()];
  return [...hiding, ...harmless]
    .filter((column) => !known.includes(column))
    .map((column) => {
      const message = `tables.rules.${name}: there is no column "${column}"`;
      return unused(hiding.includes(column), message, nearest(column, known));
    });
}

/** What a slip in such a rule lets through cannot be taken back. */
function hides({ rename, columns, exclude, mask, cast, case: cases }: TableRule): boolean {
  return rename !== null || columns.size + exclude.length + mask.size + cast.size + cases.size > 0;
}

function unused(isHiding: boolean, message: string, near: string | null): Finding {
  const meant = near === null ? '' : `, did you mean "${near}"?`;
  return finding(isHiding ? 'blocker' : 'warning', 'RULE_UNUSED', 'configuration', `${message}${meant}`);
}

/** Names that rules or PostgreSQL's length make equal. */
function sameNames(config: Config, moved: readonly CatalogueTable[]): readonly Finding[] {
  const tables = moved.map((table) => {
    const { schema, table: name } = targetNameOf(config, table.version.database, table.version.table);
    return { object: nameOf(table), target: JSON.stringify([schema, name]), shown: `${schema}.${name}` };
  });
  const columns = moved.flatMap((table) =>
    table.columns.map(({ name }) => {
      const shown = columnNameOf(config, table.version.database, table.version.table, name);
      return { object: `${nameOf(table)}.${name}`, target: JSON.stringify([nameOf(table), shown ?? name]), shown };
    }),
  );
  return [tables, columns].flatMap((all) =>
    [...Map.groupBy(all, ({ target }) => target).values()].flatMap(([first, ...others]) =>
      others.map(({ object, shown }) => {
        const message = `would have the name ${shown} on the target, as ${first?.object} has`;
        return finding('blocker', 'RULE_NAME_TAKEN', object, message, 'tables: { rules: ... } # give one another name');
      }),
    ),
  );
}

function checkTable(config: Config, table: CatalogueTable): readonly Finding[] {
  const { database, table: name } = table.version;
  const rules = rulesOf(config, database, name);
  const blocked = (code: string, column: string, message: string, ...cure: string[]) =>
    finding('blocker', code, `${nameOf(table)}.${column}`, message, ...cure);
  const found: Finding[] = checkCasts(config, table);
  if (rules === null) return found;
  for (const { code, column, message } of ruleProblems(table.version, rules)) {
    found.push(blocked(code, column, message));
  }
  for (const { name: column, nullable, generated } of table.columns) {
    const mask = rules.mask.get(column);
    if (mask?.kind === 'null' && !nullable) {
      const message = 'is NOT NULL, and its mask is null';
      found.push(blocked('RULE_NOT_NULL', column, message, ruleLine(name, 'mask', column, 'hash')));
    }
    const isOpen = mask === undefined && !rules.exclude.includes(column);
    if (isOpen && generated !== null && speaksOf(generated.expression, rules)) {
      const message = `is worked out from what a rule hides (${generated.expression}): it would tell it`;
      found.push(blocked('RULE_DERIVED_COLUMN', column, message, ruleLine(name, 'exclude', column, '')));
    }
  }
  return found;
}

function ruleLine(table: string, key: 'mask' | 'exclude', column: string, value: string): string {
  const [name, quoted] = [JSON.stringify(table), JSON.stringify(column)];
  return `tables: { rules: { ${name}: { ${key}: ${key === 'exclude' ? `[${quoted}]` : `{ ${quoted}: ${value} }`} } } }`;
}

function checkCasts(config: Config, table: CatalogueTable): Finding[] {
  const casts = ruleOf(config.tables, table.version.database, table.version.table)?.cast;
  return table.columns.flatMap(({ name, type, columnType }) => {
    const cast = casts?.get(name);
    if (cast === undefined || codecOf(type).copy(cast, STRICT_POLICY) !== null) return [];
    return [finding('blocker', 'RULE_CAST', `${nameOf(table)}.${name}`, `${columnType} does not go into ${cast}`)];
  });
}

/** What acts on rows must find them on the target too; what only refuses is left off and said. */
function checkKey(config: Config, moved: readonly CatalogueTable[], key: CatalogueForeignKey): readonly Finding[] {
  const object = `${key.database}.${key.table}`;
  const isInside = moved.some(
    ({ version }) => version.database === key.parentDatabase && version.table === key.parentTable,
  );
  if (!isInside) return [];
  const both = `foreign key ${key.name} to ${key.parentTable}`;
  if (!keepsKey(key, (database, table) => rulesOf(config, database, table))) {
    const acts = [key.onDelete, key.onUpdate].some((action) => !['RESTRICT', 'NO ACTION'].includes(action));
    const message = acts
      ? `${both} changes rows by columns that a rule hides: mask both sides with hash, or neither`
      : `${both} is left off: a rule hides its columns on one side, or not by hash on both`;
    return [finding(acts ? 'blocker' : 'information', 'RULE_FOREIGN_KEY', object, message)];
  }
  const castOf = (database: string, table: string, column: string) =>
    ruleOf(config.tables, database, table)?.cast.get(column);
  const isApart = key.columns.some((column, i) => {
    const parent = castOf(key.parentDatabase, key.parentTable, key.parentColumns[i] ?? '');
    return castOf(key.database, key.table, column) !== parent;
  });
  const message = `${both} has columns that are not cast to one type, and may not be made for it`;
  return isApart ? [finding('warning', 'RULE_FOREIGN_KEY', object, message)] : [];
}
