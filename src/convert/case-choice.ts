import type { CatalogueIndex, CatalogueTable, IndexPart } from '../mysql/catalogue-table.ts';
import type { CaseRule } from '../rule/case-rule.ts';
import { textRule } from '../sql/value-type.ts';
import type { ConvertOptions } from './options.ts';

/** What the rules say of a column that the source compares without case; null for any other column. */
function choiceOf(column: string | null, { columns, version }: CatalogueTable, options: ConvertOptions) {
  const source = columns.find(({ name }) => name === column);
  if (source?.type.kind !== 'text' || textRule(source.collation ?? undefined) !== 'lower') return null;
  const choice: CaseRule = options.caseOf(version.database, version.table, source.name);
  return { choice, name: source.name, collation: source.collation ?? '' };
}

/** The parts of a unique index over small letters where a rule asks for it; null where none does. */
export function lowered(
  index: CatalogueIndex,
  parts: readonly string[],
  table: CatalogueTable,
  options: ConvertOptions,
): readonly string[] | null {
  const isLowered = index.parts.map(({ column }) => choiceOf(column, table, options)?.choice === 'lower');
  if (!index.isUnique || !isLowered.includes(true)) return null;
  return parts.map((sql, at) => (isLowered[at] ? sql.replace(/^(.*?)( DESC)?$/, 'lower($1)$2') : sql));
}

/** A foreign key refers to its columns, for which PostgreSQL wants them unique as they are. */
export function isReferenced({ parts }: CatalogueIndex, { referencedBy }: CatalogueTable): boolean {
  const wanted = parts.map(({ column }) => column).sort();
  return referencedBy.some(({ parentColumns }) => JSON.stringify([...parentColumns].sort()) === JSON.stringify(wanted));
}

/** What a unique index or key over texts lets in that the source's collation would not. */
export function toldApart(
  parts: readonly Pick<IndexPart, 'column'>[],
  table: CatalogueTable,
  options: ConvertOptions,
): readonly string[] {
  const found = parts.flatMap(({ column }) => choiceOf(column, table, options) ?? []);
  const [exact, folded] = [
    found.filter(({ choice }) => choice === 'exact'),
    found.filter(({ choice, collation }) => choice !== 'exact' && !/_as_/.test(collation)),
  ];
  const note = (columns: readonly { readonly name: string }[], by: string) =>
    columns.length === 0
      ? []
      : [
          `values of ${columns.map(({ name }) => name).join(', ')} that differ only in ${by} are one at the source and several on the target`,
        ];
  return [...note(exact, 'case or accents'), ...note(folded, 'accents')];
}
