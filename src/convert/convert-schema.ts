import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { Program, Sequence } from '../mysql/schema-object.ts';
import type { SourceSchema } from '../mysql/source-schema.ts';
import { tableKey } from '../mysql/table-key.ts';
import type { Unseen } from '../mysql/unseen.ts';
import { targetIdentifier } from '../postgres/identifier.ts';
import type { TargetName } from '../postgres/quote.ts';
import { convertTable, MOST_COLUMNS } from './convert-table.ts';
import { entriesOf, type SchemaDesign, type SequenceDesign, type TableDesign } from './design.ts';
import { changed, compare, converted, excluded, type InventoryEntry, leftOut, type SourceObject } from './inventory.ts';
import { lostDefiner } from './lost-definer.ts';
import { NameBook } from './name-book.ts';
import type { ConvertOptions } from './options.ts';
import { ruledTable } from './ruled-table.ts';
import { objectOf, sourceObjects } from './source-objects.ts';

/**
 * The target as it should be for this source, without its views, which `convertViews` adds once the tables are proven. Every object of the source is in the design exactly once: as a piece of
 * it, or among `others` with the reason (INV-65).
 */
export function convertSchema(
  schema: SourceSchema,
  options: ConvertOptions,
  names: NameBook = new NameBook(),
): SchemaDesign {
  const others: InventoryEntry[] = [];
  const taken = takingPart(schema, options, others);
  const tables = new Map(taken.map(({ table }) => [keyOf(table), table]));
  for (const { target } of taken) names.take(target.schema, target.table, 'table');
  const sequences = schema.sequences.map((sequence) => sequenceDesign(sequence, names, options));
  const designs = taken.map(({ table, target }): TableDesign => {
    const made = convertTable(table, target, { names, tables, schemes: schema.partitions }, options);
    others.push(...made.others, ...historyOf(table));
    return made.design;
  });
  others.push(...brokenViews(schema), ...schema.programs.map((one) => programEntry(one, schema)));
  others.push(...schema.unseen.map(unseenEntry));
  const design = { tables: designs, sequences, views: [], others };
  return { ...design, others: [...others, ...hiddenByRules(schema, design)] };
}

interface Taken {
  readonly table: CatalogueTable;
  readonly target: TargetName;
}

/** Tables that can and shall stand on the target; the rest goes to `others` with all that is theirs. */
function takingPart(schema: SourceSchema, options: ConvertOptions, others: InventoryEntry[]): readonly Taken[] {
  const taken: Taken[] = [];
  for (const table of schema.tables) {
    const { database, table: name } = table.version;
    const target = options.targetOf(database, name);
    const problem = schema.unreadable.get(tableKey(database, name)) ?? tooWide(table);
    const object = { ...objectOf(table, 'table', name), table: null };
    if (target === null) others.push(excluded(object, 'the configuration leaves it out'));
    else if (problem !== null)
      others.push(leftOut(object, problem, `Repair it, or exclude it: tables: { exclude: [${JSON.stringify(name)}] }`));
    else taken.push({ table: ruledTable(table, options.rulesOf), target });
  }
  return taken.sort((a, b) => compare(a.target.schema, b.target.schema) || compare(a.target.table, b.target.table));
}

function tooWide({ columns }: CatalogueTable): string | null {
  if (columns.length === 0) return 'the server tells no columns of it';
  return columns.length > MOST_COLUMNS
    ? `it has ${columns.length} columns, and PostgreSQL takes ${MOST_COLUMNS} at most`
    : null;
}

function historyOf(table: CatalogueTable): readonly InventoryEntry[] {
  const found: InventoryEntry[] = [];
  if (table.isSystemVersioned) {
    const advice = 'Export the history by itself where it is needed: SELECT ... FOR SYSTEM_TIME ALL.';
    found.push(leftOut(objectOf(table, 'history'), 'the rows of now are moved, their former versions are not', advice));
  }
  return found;
}

function sequenceDesign(sequence: Sequence, names: NameBook, options: ConvertOptions): SequenceDesign {
  const object: SourceObject = { kind: 'sequence', database: sequence.database, table: null, name: sequence.name };
  const schema = options.schemaOf(sequence.database);
  const { name, isRenamed } = names.take(schema, targetIdentifier(sequence.name), `${sequence.database}\0sequence`);
  const { start, least, greatest, increment, cache, isCycling, next } = sequence;
  const entry = isRenamed ? changed(object, name, 'the name is taken in the schema', null) : converted(object, name);
  return { entry, name: { schema, table: name }, start, least, greatest, increment, cache, isCycling, next };
}

/** `convertViews` takes the others. */
function brokenViews({ views, accounts }: SourceSchema): readonly InventoryEntry[] {
  const broken = views.filter(({ isValid }) => !isValid);
  return broken.map(({ database, name, definer }) => {
    const reason = `it is broken at the source already${lostDefiner(definer, accounts)}`;
    return leftOut(
      { kind: 'view', database, table: null, name },
      reason,
      'Drop it at the source, or give it what it refers to.',
    );
  });
}

function programEntry(program: Program, schema: SourceSchema): InventoryEntry {
  const { kind, database, name, table, definer, when } = program;
  const what = when === '' ? kind : `${kind} (${when})`;
  const reason = `a run makes no stored programs: ${what}${lostDefiner(definer, schema.accounts)}`;
  const advice =
    kind === 'event'
      ? 'Run it from a scheduler of the target (pg_cron, the application), and stop it at the source for the cutover.'
      : 'Write it by sluice logic convert, or in the application, and make it on the target at the cutover.';
  return leftOut({ kind, database, table, name }, reason, advice);
}

/** Stands for all of its kind: nobody knows how many there are. */
function unseenEntry({ kind, database, right }: Unseen): InventoryEntry {
  const all = kind === 'procedure' ? 'procedures and functions' : `${kind}s`;
  const reason = `this account may not see ${all}, so whatever there is of them is not listed`;
  return leftOut({ kind, database, table: null, name: '' }, reason, `Grant ${right}, and look again.`);
}

/** What no entry tells of: it hangs on columns that a rule leaves out or masks, or on a table that takes no part. */
function hiddenByRules(schema: SourceSchema, design: SchemaDesign): readonly InventoryEntry[] {
  const told = new Set(entriesOf(design).map(identity));
  const absent = new Map(
    design.others.filter(({ kind }) => kind === 'table').map((entry) => [tableKey(entry.database, entry.name), entry]),
  );
  return sourceObjects(schema)
    .filter((object) => object.kind !== 'view' && !told.has(identity(object)))
    .map((object) => {
      const table = absent.get(tableKey(object.database, object.table ?? ''));
      if (table?.outcome === 'left-out') return leftOut(object, 'its table is left out', table.advice ?? '');
      return excluded(
        object,
        table === undefined ? 'a rule leaves out or masks what it is about' : 'its table is excluded',
      );
    });
}

function identity({ kind, database, table, name }: SourceObject): string {
  return JSON.stringify([kind, database, table, name]);
}

function keyOf({ version }: CatalogueTable): string {
  return tableKey(version.database, version.table);
}
