import { ByteWriter } from '../avro/byte-writer.ts';
import { AvroReader } from '../avro/reader.ts';
import type { RowChange } from '../contract/change.ts';
import type { Cascade, CascadeAction, TableVersion } from '../contract/table.ts';
import type { PostgresSession, TextRow } from '../postgres/connection.ts';
import { quoteIdent, quoteTable, type TargetName } from '../postgres/quote.ts';
import { isReferenceMoved, type LatestVersion } from './cascade.ts';
import type { Mapping } from './plan-book.ts';
import type { TablePlan } from './table-plan.ts';

/** A row that went or changed: the texts of its columns before and, where it stands, after. Keyed by source column. */
interface Moved {
  readonly before: ReadonlyMap<string, string | null>;
  readonly after: ReadonlyMap<string, string | null> | null;
}

/**
 * Does on the target what the source's foreign keys did there without logging it: for a parent's row, then for the
 * children that this removed or changed, at any depth (INV-56).
 */
export class CascadeWriter {
  readonly #session: PostgresSession;
  readonly #mapping: Mapping;
  readonly #latest: LatestVersion;

  constructor(session: PostgresSession, mapping: Mapping, latest: LatestVersion) {
    this.#session = session;
    this.#mapping = mapping;
    this.#latest = latest;
  }

  /** After the parent's own change was written. */
  async write(plan: TablePlan, change: RowChange): Promise<void> {
    if (change.before === null) return;
    const moved = { before: texts(plan, change.before), after: change.after && texts(plan, change.after) };
    for (const cascade of change.table.cascades) {
      if (change.op === 'u' && !isReferenceMoved(change, cascade)) continue;
      await this.#act(cascade, moved);
    }
  }

  async #act(cascade: Cascade, moved: Moved): Promise<void> {
    const action = moved.after === null ? cascade.onDelete : cascade.onUpdate;
    const child = this.#mapping.targetOf(cascade.childDatabase, cascade.childTable);
    if (action === null || child === null) return;
    const old = cascade.parentColumns.map((name) => moved.before.get(name) ?? null);
    // MATCH SIMPLE: a NULL in it refers to nothing.
    if (old.includes(null)) return;
    const now = cascade.parentColumns.map((name) => moved.after?.get(name) ?? null);
    const version = this.#latest(cascade.childDatabase, cascade.childTable);
    const touched = await this.#run(cascade, child, { action, old, now, isDelete: moved.after === null, version });
    for (const next of version?.cascades ?? []) {
      for (const row of touched) if (isTouched(next, row)) await this.#act(next, row);
    }
  }

  async #run(cascade: Cascade, child: TargetName, act: Act): Promise<readonly Moved[]> {
    const columns = cascade.childColumns.map((name) => this.#column(cascade, name));
    const watched = watchedColumns(act.version);
    const returning = watched.map((name, i) => `${this.#column(cascade, name)}::text AS w${i}`).join(', ');
    const { text, values } = statement(quoteTable(child), columns, act);
    const { rows } = await this.#session.query(returning ? `${text} RETURNING ${returning}` : text, values);
    return returning ? rows.map((row) => movedOf(row, watched, cascade, act)) : [];
  }

  #column(cascade: Cascade, name: string): string {
    const { childDatabase, childTable } = cascade;
    const target = this.#mapping.columnOf ? this.#mapping.columnOf(childDatabase, childTable, name) : name;
    return quoteIdent(target ?? name);
  }
}

interface Act {
  readonly action: CascadeAction;
  readonly old: readonly (string | null)[];
  readonly now: readonly (string | null)[];
  readonly isDelete: boolean;
  readonly version: TableVersion | undefined;
}

function statement(table: string, columns: readonly string[], act: Act): { text: string; values: (string | null)[] } {
  const where = columns.map((column, i) => `${column} = $${i + 1}`).join(' AND ');
  const values = [...act.old];
  if (act.action === 'cascade' && act.isDelete) return { text: `DELETE FROM ${table} WHERE ${where}`, values };
  const sets = columns.map((column, i) => {
    if (act.action === 'set-null') return `${column} = NULL`;
    if (act.action === 'set-default') return `${column} = DEFAULT`;
    values.push(act.now[i] ?? null);
    return `${column} = $${values.length}`;
  });
  return { text: `UPDATE ${table} SET ${sets.join(', ')} WHERE ${where}`, values };
}

/** Columns of the child that its own children refer to. */
function watchedColumns(version: TableVersion | undefined): string[] {
  return [...new Set((version?.cascades ?? []).flatMap((cascade) => cascade.parentColumns))];
}

/** RETURNING gives the child's row as it is now; before, its foreign key had the old value. */
function movedOf(row: TextRow, watched: readonly string[], cascade: Cascade, act: Act): Moved {
  const now = new Map(watched.map((name, i) => [name, row[`w${i}`] ?? null]));
  const before = new Map(now);
  if (act.action === 'cascade' && act.isDelete) return { before, after: null };
  cascade.childColumns.forEach((name, i) => {
    if (before.has(name)) before.set(name, act.old[i] ?? null);
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

const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** A field of COPY text as the value it stands for. */
function uncopied(text: string): string | null {
  return text === '\\N' ? null : text.replace(/\\(.)/gs, (_, letter: string) => ESCAPED[letter] ?? letter);
}
