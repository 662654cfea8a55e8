import { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import type { RowChange } from '../contract/change.ts';
import type { Cascade, CascadeAction, TableVersion } from '../contract/table.ts';
import type { PostgresSession, TextRow } from '../postgres/connection.ts';
import { uncopied } from '../postgres/copy-field.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import { isReferenceMoved, type LatestVersion } from './cascade.ts';
import type { PrintedKeys, SinkObserver } from './observer.ts';
import type { Mapping } from './plan-book.ts';
import type { TablePlan } from './table-plan.ts';

/** A row that went or changed: the texts of its columns before and, where it stands, after. Keyed by source column. */
interface Moved {
  readonly before: ReadonlyMap<string, string | null>;
  readonly after: ReadonlyMap<string, string | null> | null;
}

/** A change of a row that others refer to, with its table's plan. */
export interface ParentChange {
  readonly plan: TablePlan;
  readonly change: RowChange;
}

export interface CascadeWriterOptions {
  readonly session: PostgresSession;
  readonly mapping: Mapping;
  readonly latest: LatestVersion;
  readonly observer: SinkObserver;
}

/**
 * Does on the target what the source's foreign keys did there without logging it: for a parent's row, then for the
 * children that this removed or changed, at any depth (INV-56).
 */
export class CascadeWriter {
  readonly #session: PostgresSession;
  readonly #mapping: Mapping;
  readonly #latest: LatestVersion;
  readonly #observer: SinkObserver;

  constructor({ session, mapping, latest, observer }: CascadeWriterOptions) {
    this.#session = session;
    this.#mapping = mapping;
    this.#latest = latest;
    this.#observer = observer;
  }

  /** After the parents' own changes were written; in source order. Deletes of one table that follow each other go together. */
  async write(changes: readonly ParentChange[]): Promise<void> {
    for (let at = 0; at < changes.length; ) {
      const first = changes[at] as ParentChange;
      let end = at + 1;
      while (first.change.op === 'd' && changes[end]?.change.op === 'd' && changes[end]?.plan === first.plan) end++;
      await this.#parents(first, changes.slice(at, end));
      at = end;
    }
  }

  async #parents({ change }: ParentChange, together: readonly ParentChange[]): Promise<void> {
    const moved = together.map(({ plan, change: { before, after } }) => ({
      before: before ? texts(plan, before) : new Map<string, string | null>(),
      after: after && texts(plan, after),
    }));
    for (const cascade of change.table.cascades) {
      if (change.op === 'd' || isReferenceMoved(change, cascade)) await this.#act(cascade, moved);
    }
  }

  /** `moved` are rows that went, or one row that changed. */
  async #act(cascade: Cascade, moved: readonly Moved[]): Promise<void> {
    const isDelete = moved[0]?.after === null;
    const action = isDelete ? cascade.onDelete : cascade.onUpdate;
    const child = this.#mapping.targetOf(cascade.childDatabase, cascade.childTable);
    if (action === null || child === null) return;
    const version = this.#latest(cascade.childDatabase, cascade.childTable);
    const watched = watchedColumns(version);
    // Only where rows of the child tell their old key themselves can several go in one statement.
    const isAlone = action !== 'cascade' && cascade.childColumns.some((name) => watched.includes(name));
    const keys = moved.map((row) => keysOf(cascade, row)).filter(({ old }) => !old.includes(null));
    for (const some of inGroups(
      keys,
      isAlone ? 1 : keys.length > 1 && cascade.childColumns.length > 1 ? 200 : 10_000,
    )) {
      const touched = await this.#run(cascade, child, { action, isDelete, keys: some, watched });
      for (const next of version?.cascades ?? []) await this.#actOn(next, touched);
    }
  }

  async #actOn(next: Cascade, touched: readonly Moved[]): Promise<void> {
    const gone = touched.filter((row) => row.after === null);
    if (gone.length > 0) await this.#act(next, gone);
    for (const row of touched) if (row.after !== null && isTouched(next, row)) await this.#act(next, [row]);
  }

  async #run(cascade: Cascade, child: TargetName, act: Act): Promise<readonly Moved[]> {
    const columns = cascade.childColumns.map((name) => this.#column(cascade, name));
    const key = this.#toldKey(cascade);
    const returning = [
      ...act.watched.map((name, i) => `${this.#column(cascade, name)}::text AS w${i}`),
      ...key.map((name, i) => `${this.#column(cascade, name)}::text AS k${i}`),
    ].join(', ');
    const { text, values } = statement(quoteTable(child), columns, act);
    const { rows } = await this.#session.query(returning ? `${text} RETURNING ${returning}` : text, values);
    this.#tell(cascade, act, key.length === 0 ? null : rows.map((row) => key.map((_, i) => row[`k${i}`] ?? '')));
    return act.watched.length > 0 ? rows.map((row) => movedOf(row, cascade, act)) : [];
  }

  /** Columns of the child's key where somebody wants to know which of its rows change; none where that is not known. */
  #toldKey({ childDatabase, childTable }: Cascade): readonly string[] {
    if (!this.#observer.wants?.({ database: childDatabase, table: childTable })) return [];
    const version = this.#latest(childDatabase, childTable);
    return (version?.key ?? []).map((index) => version?.columns[index]?.name ?? '');
  }

  /** An update that moves a child to another key prints only the new one. */
  #tell({ childDatabase, childTable, childColumns }: Cascade, act: Act, keys: PrintedKeys | null): void {
    const version = this.#latest(childDatabase, childTable);
    const isGone = act.action === 'cascade' && act.isDelete;
    const isMoved = !isGone && version?.key.some((at) => childColumns.includes(version.columns[at]?.name ?? ''));
    this.#observer.touched?.({ database: childDatabase, table: childTable }, isMoved ? null : keys);
  }

  #column(cascade: Cascade, name: string): string {
    const { childDatabase, childTable } = cascade;
    const target = this.#mapping.columnOf ? this.#mapping.columnOf(childDatabase, childTable, name) : name;
    return quoteIdent(target ?? name);
  }
}

/** What a child's key refers to: before, and after where the parent's row stands. */
interface Reference {
  readonly old: readonly (string | null)[];
  readonly now: readonly (string | null)[];
}

interface Act {
  readonly action: CascadeAction;
  readonly isDelete: boolean;
  /** One for a parent that changed; several for parents that went. None holds a NULL: that refers to nothing. */
  readonly keys: readonly Reference[];
  /** Columns of the child that its own children refer to. */
  readonly watched: readonly string[];
}

function keysOf(cascade: Cascade, row: Moved): Reference {
  return {
    old: cascade.parentColumns.map((name) => row.before.get(name) ?? null),
    now: cascade.parentColumns.map((name) => row.after?.get(name) ?? null),
  };
}

function inGroups<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

function statement(table: string, columns: readonly string[], act: Act): { text: string; values: (string | null)[] } {
  const { where, values } = condition(columns, act.keys);
  if (act.action === 'cascade' && act.isDelete) return { text: `DELETE FROM ${table} WHERE ${where}`, values };
  const sets = columns.map((column, i) => {
    if (act.action === 'set-null') return `${column} = NULL`;
    if (act.action === 'set-default') return `${column} = DEFAULT`;
    values.push(act.keys[0]?.now[i] ?? null);
    return `${column} = $${values.length}`;
  });
  return { text: `UPDATE ${table} SET ${sets.join(', ')} WHERE ${where}`, values };
}

/** The server takes the parameters' types from the columns: an array for one column, a list of pairs for several. */
function condition(
  columns: readonly string[],
  keys: readonly Reference[],
): { where: string; values: (string | null)[] } {
  const [only] = columns;
  if (columns.length === 1)
    return { where: `${only} = ANY ($1)`, values: [arrayText(keys.map(({ old }) => old[0] ?? ''))] };
  const values: (string | null)[] = [];
  const pairs = keys.map(({ old }) => {
    const places = old.map((value) => `$${values.push(value)}`);
    return `(${places.join(', ')})`;
  });
  return { where: `(${columns.join(', ')}) IN (${pairs.join(', ')})`, values };
}

/** PostgreSQL's text of an array of texts. */
function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** Columns of the child that its own children refer to. */
function watchedColumns(version: TableVersion | undefined): string[] {
  return [...new Set((version?.cascades ?? []).flatMap((cascade) => cascade.parentColumns))];
}

/** RETURNING gives the child's row as it is now, or was when it went; before an update, its key had the old value. */
function movedOf(row: TextRow, cascade: Cascade, act: Act): Moved {
  const now = new Map(act.watched.map((name, i) => [name, row[`w${i}`] ?? null]));
  if (act.action === 'cascade' && act.isDelete) return { before: now, after: null };
  const before = new Map(now);
  cascade.childColumns.forEach((name, i) => {
    if (before.has(name)) before.set(name, act.keys[0]?.old[i] ?? null);
  });
  return { before, after: now };
}

function isTouched(cascade: Cascade, row: Moved): boolean {
  return row.after === null || cascade.parentColumns.some((name) => row.before.get(name) !== row.after?.get(name));
}

/** The target's text of each written column of a row image, by source column. */
function texts(plan: TablePlan, image: Uint8Array): ReadonlyMap<string, string | null> {
  const reader = new AvroReader().over(image);
  const found = new Map<string, string | null>();
  plan.fields.forEach((field, i) => {
    const name = plan.version.columns[i]?.name ?? '';
    if (field.nullable && reader.byte() === 0) found.set(name, null);
    else if (field.encode === null) field.skip(reader);
    else {
      const out = new ByteWriter(64);
      field.encode(reader, out);
      found.set(name, uncopied(out.take().toString()));
    }
  });
  return found;
}
