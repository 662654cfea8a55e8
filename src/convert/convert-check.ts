import { codecOf } from '../column/family.ts';
import type { CatalogueCheck, CatalogueTable } from '../mysql/catalogue-table.ts';
import { targetIdentifier } from '../postgres/identifier.ts';
import { quoteIdent } from '../postgres/quote.ts';
import { castOf, factsOf, placeOf, targetType } from './convert-column.ts';
import type { CheckDesign, ColumnDesign } from './design.ts';
import { translate } from './expression.ts';
import { converted, type InventoryEntry, leftOut, noted } from './inventory.ts';
import { apart } from './name-book.ts';
import type { ConvertOptions } from './options.ts';
import { objectOf } from './source-objects.ts';

export interface ConvertedChecks {
  readonly checks: readonly CheckDesign[];
  readonly others: readonly InventoryEntry[];
}

/** CHECKs that stand for types (members of ENUM and SET) and those of the source; names are free in each table. */
export function convertChecks(
  table: CatalogueTable,
  targetName: string,
  columns: readonly ColumnDesign[],
  options: ConvertOptions,
): ConvertedChecks {
  const used = new Set<string>();
  const name = (wanted: string, origin: string) => {
    const plain = targetIdentifier(wanted);
    const given = used.has(plain) ? apart(plain, origin) : plain;
    used.add(given);
    return given;
  };
  const checks = columns.flatMap((column): CheckDesign[] => {
    const source = table.columns.find((one) => one.name === column.entry.name);
    if (source === undefined) return [];
    const facts = factsOf(table, source, options);
    // The check of a type speaks of that type; a rule that casts chose another one.
    if (castOf(table, source, options) !== null && !facts.isCaseFolded) return [];
    const sql = codecOf(source.type).check(quoteIdent(column.name), facts);
    if (sql === null) return [];
    return [
      { entry: column.entry, name: name(`${targetName}_${column.name}_check`, column.name), sql, isOfType: true },
    ];
  });
  const others: InventoryEntry[] = [];
  for (const check of table.checks) {
    const made = convertCheck(check, table, options);
    if ('outcome' in made) others.push(made);
    else {
      const wanted = check.isOfColumn ? `${targetName}_${check.name}_check` : check.name;
      const given = name(wanted, `check ${check.name}`);
      const entry = noted(objectOf(table, 'check', check.name), `CHECK (${made.sql})`, made.notes);
      checks.push({ entry, name: given, sql: made.sql, isOfType: false });
    }
  }
  return { checks, others };
}

function convertCheck(
  check: CatalogueCheck,
  table: CatalogueTable,
  options: ConvertOptions,
): { readonly sql: string; readonly notes: readonly string[] } | InventoryEntry {
  const object = objectOf(table, 'check', check.name);
  if (!check.isEnforced) {
    return leftOut(
      object,
      'the source does not enforce it, and rows may break it',
      'Add it by hand where it is meant.',
    );
  }
  const json = /^json_valid\(`((?:[^`]|``)+)`\)$/.exec(check.clause)?.[1]?.replaceAll('``', '`');
  const column = table.columns.find(({ name }) => name === json);
  if (column !== undefined && /^jsonb?$/.test(targetType(table, column, options))) {
    return converted(object, 'the type jsonb');
  }
  const place = { ...placeOf(table, options), purpose: 'check', column: null } as const;
  const translated = translate(check.clause, place);
  if (translated.isProven) return { sql: translated.sql, notes: translated.notes };
  return leftOut(object, translated.reason, 'Write it by hand for the target, or check it in the application.');
}
