import { SluiceError } from '../contract/error.ts';
import type { View, ViewColumn } from '../mysql/schema-object.ts';
import type { SourceSchema } from '../mysql/source-schema.ts';
import { tableKey } from '../mysql/table-key.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import type { Name } from '../sql/expression.ts';
import type { Finding } from '../sql/finding.ts';
import { layOut } from '../sql/layout.ts';
import { parseQuery } from '../sql/parse.ts';
import { emptyScope, ROOT_COLLATION, type TableColumn, type TableShape } from '../sql/scope.ts';
import { translateQuery } from '../sql/translate.ts';
import type { SchemaDesign, TableDesign, ViewDesign } from './design.ts';
import { noteText } from './expression.ts';
import { type InventoryEntry, leftOut, noted, type SourceObject } from './inventory.ts';
import { lostDefiner } from './lost-definer.ts';
import type { NameBook } from './name-book.ts';
import type { ConvertOptions } from './options.ts';
import { valueTypeOf } from './value-type.ts';
import { inOrder, namedIn } from './view-order.ts';

export interface ConvertedViews {
  /** Each after those that it stands on. */
  readonly views: readonly ViewDesign[];
  readonly others: readonly InventoryEntry[];
}

export interface ViewSurroundings {
  readonly schema: SourceSchema;
  /** Tables as PostgreSQL has proven them. */
  readonly design: SchemaDesign;
  readonly names: NameBook;
  readonly options: ConvertOptions;
  readonly session: PostgresSession;
}

/** What a view may stand on: a table or an earlier view, with a temporary double for the proof. */
interface Ground {
  readonly name: TargetName;
  readonly columns: readonly TableColumn[];
  readonly key: readonly string[];
  /** Statement that makes the double; it names others by their doubles. */
  readonly create: string;
  readonly double: string;
  readonly below: ReadonlySet<string>;
}

/**
 * Translates the views of the source, each proven by PostgreSQL over temporary doubles of what it stands on: so its
 * columns have the types that the server gives them, which the views above it are translated with.
 */
export async function convertViews(surroundings: ViewSurroundings): Promise<ConvertedViews> {
  const converter = new ViewConverter(surroundings);
  const valid = surroundings.schema.views.filter(({ isValid }) => isValid);
  for (const view of inOrder(valid)) await converter.convert(view);
  return { views: converter.views, others: converter.others };
}

class ViewConverter {
  readonly views: ViewDesign[] = [];
  readonly others: InventoryEntry[] = [];
  readonly #around: ViewSurroundings;
  readonly #grounds = new Map<string, Ground>();

  constructor(around: ViewSurroundings) {
    this.#around = around;
    const tables = new Map(around.design.tables.map((table) => [quoteTable(table.name), table]));
    for (const { version } of around.schema.tables) {
      const target = around.options.targetOf(version.database, version.table);
      const design = target === null ? undefined : tables.get(quoteTable(target));
      if (design !== undefined) this.#addTable(tableKey(version.database, version.table), design);
    }
  }

  async convert(view: View): Promise<void> {
    const key = tableKey(view.database, view.name);
    const problem = this.#problemOf(view, key);
    if (problem !== null) {
      this.#leaveOut(view, problem);
      return;
    }
    const real = this.#translate(view, ({ name }) => quoteTable(name));
    const doubts = real.findings.filter((one) => one.severity !== 'note' && !this.#isOrderOfRows(one, view));
    if (real.sql === undefined || doubts.length > 0) {
      this.#leaveOut(view, [...new Set(doubts.map(({ reason }) => reason))].join('; ') || 'it is not understood');
      return;
    }
    const sql = layOut(`${real.sql}${checkOption(view)}`);
    const double = this.#translate(view, (ground) => ground.double);
    const proof = await this.#prove(view, `${double.sql}${checkOption(view)}`);
    if ('reason' in proof) this.#leaveOut(view, proof.reason);
    else this.#add(view, { key, sql, findings: real.findings, ground: proof });
  }

  #problemOf(view: View, key: string): string | null {
    if (view.definition === '') return 'this account may not see its text: grant SHOW VIEW';
    const missing = [...namedIn(view)].filter(
      (name) => name !== key && this.#isObject(name) && !this.#grounds.has(name),
    );
    const [first] = missing;
    return first === undefined ? null : `it stands on ${first.replace('\0', '.')}, which is not on the target`;
  }

  /** Also `alias`.`column` looks like a name with its database. */
  #isObject(key: string): boolean {
    const { tables, views } = this.#around.schema;
    return (
      tables.some(({ version }) => tableKey(version.database, version.table) === key) ||
      views.some((view) => tableKey(view.database, view.name) === key)
    );
  }

  /** Neither server promises that rows read from a view come in its order; with a limit the order decides which come. */
  #isOrderOfRows({ code, span }: Finding, view: View): boolean {
    const query = parseQuery(view.definition, this.#around.options.dialect);
    if (code !== 'TEXT_ORDER' || query.tag !== 'query' || query.limit !== undefined) return false;
    return query.orderBy.some(({ start, end }) => start <= span.start && span.end <= end);
  }

  #translate(view: View, sqlOf: (ground: Ground) => string) {
    const { dialect, policyOf } = this.#around.options;
    const shape = ({ columns, key }: Ground, sql: string): TableShape => ({ sql, columns, key });
    const table = (parts: readonly Name[]) => {
      const database = parts.length > 1 ? (parts.at(-2)?.text ?? '') : view.database;
      const ground = this.#grounds.get(tableKey(database, parts.at(-1)?.text ?? ''));
      return ground === undefined ? undefined : shape(ground, sqlOf(ground));
    };
    const timeZone = policyOf(view.database, view.name, '').zone ?? 'UTC';
    // Whether the target has the collation is proven with the view.
    const scope = { ...emptyScope(dialect), table, timeZone, isUnsignedChecked: true, orderCollation: ROOT_COLLATION };
    return translateQuery(parseQuery(view.definition, dialect), scope, view.definition);
  }

  /** The double of the view, once PostgreSQL has taken it over the doubles below it; else its reason. */
  async #prove(view: View, sql: string): Promise<Ground | { readonly reason: string }> {
    const { session, options } = this.#around;
    const below = this.#closure(namedIn(view));
    const double = this.#nextDouble();
    const create = `CREATE TEMPORARY VIEW ${double} AS ${sql}`;
    await session.query('BEGIN');
    try {
      for (const key of below) await session.query(this.#grounds.get(key)?.create ?? 'SELECT');
      await session.query(create);
      const columns = await viewColumns(view, double, session);
      const name = { schema: options.schemaOf(view.database), table: view.name };
      return { name, columns, key: [], create, double, below };
    } catch (error) {
      if (!(error instanceof SluiceError) || error.disposition === 'retry') throw error;
      return { reason: error.message };
    } finally {
      await session.query('ROLLBACK').catch(() => {});
    }
  }

  /** All that must stand below, in the order in which it can be made. */
  #closure(named: ReadonlySet<string>): ReadonlySet<string> {
    const all = new Set<string>();
    for (const key of named) {
      const ground = this.#grounds.get(key);
      if (ground === undefined) continue;
      for (const under of ground.below) all.add(under);
      all.add(key);
    }
    return all;
  }

  #add(view: View, made: { key: string; sql: string; findings: readonly Finding[]; ground: Ground }): void {
    const { names, options, schema } = this.#around;
    const target = options.schemaOf(view.database);
    const { name } = names.take(target, view.name, `${view.database}\0view`);
    const lost = lostDefiner(view.definer, schema.accounts);
    const notes = [
      ...(name === view.name ? [] : [`the name becomes ${name}`]),
      ...new Set(made.findings.map(noteText)),
      ...(lost === '' ? [] : [`${lost.replace(/^; /, '')}; on the target it runs with the rights of its owner`]),
    ];
    const place = { schema: target, table: name };
    this.#grounds.set(made.key, { ...made.ground, name: place });
    this.views.push({ entry: noted(objectOf(view), name, notes), name: place, sql: made.sql });
  }

  #leaveOut(view: View, reason: string): void {
    const lost = lostDefiner(view.definer, this.#around.schema.accounts);
    this.others.push(leftOut(objectOf(view), `${reason}${lost}`, 'Write the view by hand for the target.'));
  }

  #addTable(key: string, design: TableDesign): void {
    const double = this.#nextDouble();
    const columns = design.columns.map(({ name, type }) => `${quoteIdent(name)} ${type}`);
    const primary = design.key === null ? [] : [`PRIMARY KEY (${design.key.columns.map(quoteIdent).join(', ')})`];
    this.#grounds.set(key, {
      name: design.name,
      columns: this.#tableColumns(design),
      key: design.columns.filter(({ name }) => design.key?.columns.includes(name)).map(({ entry }) => entry.name),
      create: `CREATE TEMPORARY TABLE ${double} (${[...columns, ...primary].join(', ')})`,
      double,
      below: new Set(),
    });
  }

  #tableColumns({ columns, entry }: TableDesign): readonly TableColumn[] {
    const source = this.#around.schema.tables.find(
      ({ version }) => version.database === entry.database && version.table === entry.name,
    );
    return columns.map(({ name, type, entry: { name: origin } }) => {
      const column = source?.columns.find((one) => one.name === origin);
      return {
        name: origin,
        sql: quoteIdent(name),
        type: valueTypeOf(column ?? UNKNOWN, type),
      };
    });
  }

  #nextDouble(): string {
    return `pg_temp.sluice_double_${this.#doubles++}`;
  }

  #doubles = 0;
}

const UNKNOWN = { columnType: '', collation: null };

function objectOf({ database, name }: View): SourceObject {
  return { kind: 'view', database, table: null, name };
}

function checkOption({ checkOption: option }: View): string {
  return option === 'LOCAL' || option === 'CASCADED' ? ` WITH ${option} CHECK OPTION` : '';
}

/** Columns of the double with PostgreSQL's types, under the names of the source. */
async function viewColumns(view: View, double: string, session: PostgresSession): Promise<readonly TableColumn[]> {
  const { rows } = await session.query(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum`,
    [double],
  );
  return rows.map((row, i): TableColumn => {
    const source: ViewColumn | undefined = view.columns[i];
    const type = valueTypeOf(source ?? UNKNOWN, row['type'] ?? undefined);
    return { name: source?.name ?? row['name'] ?? '', sql: quoteIdent(row['name'] ?? ''), type };
  });
}
