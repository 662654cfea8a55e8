import type { PostgresSession } from '../postgres/connection.ts';
import { arrayText, quoteIdent, quoteLiteral, quoteTable, type TargetName } from '../postgres/quote.ts';
import type { StandingForeignKey } from '../postgres/standing-schema.ts';
import { isOrphan } from './also/orphan-count.ts';
import type { VerifiedTable } from './verified-table.ts';

/** A foreign key of the target, with the table that refers. */
export interface Reference {
  readonly child: TargetName;
  readonly key: StandingForeignKey;
}

/** Rows without the parent that their key names. */
export interface Orphans {
  /** `schema.table.constraint`. */
  readonly constraint: string;
  readonly parent: string;
  readonly rows: string;
}

/**
 * Whether rows that changed since all rows were counted have lost their parents: keys rest in the sessions by which the
 * rows come, so that a valid constraint says nothing of these. It costs the change and not the size: a key is counted
 * whole again only where a changed row gives cause (INV-215).
 */
export class OrphanWatch {
  readonly #references: readonly Reference[];
  readonly #suspects = new Set<Reference>();

  constructor(references: readonly Reference[]) {
    this.#references = references;
  }

  /** Rows of these keys, given by their canonical texts, changed. Before they count as looked at. */
  async look(session: PostgresSession, table: VerifiedTable, keys: readonly (readonly string[])[]): Promise<void> {
    if (keys.length === 0) return;
    const asked: { readonly reference: Reference; readonly from: string }[] = [];
    for (const { reference, asChild, asParent } of this.#concerned(table.target)) {
      if (asChild) asked.push({ reference, from: ofChildren(reference, table, keys) });
      const from = asParent ? ofChangedParents(reference, table, keys) : null;
      if (from !== null) asked.push({ reference, from });
      // What the rows' own keys do not tell: their other columns may have been referred to.
      else if (asParent) this.#suspects.add(reference);
    }
    const open = asked.filter(({ reference }) => !this.#suspects.has(reference));
    const isAny = await areAny(
      session,
      open.map(({ from }) => from),
    );
    for (const [at, { reference }] of open.entries()) if (isAny[at]) this.#suspects.add(reference);
  }

  /** References of the table that nothing gives cause to count yet. */
  #concerned(target: TargetName) {
    const name = quoteTable(target);
    const all = this.#references.map((reference) => ({
      reference,
      asChild: quoteTable(reference.child) === name,
      asParent: quoteTable(reference.key.parent) === name,
    }));
    return all.filter(({ reference, asChild, asParent }) => (asChild || asParent) && !this.#suspects.has(reference));
  }

  /** Something changed the rows of the table that no key tells. */
  suspect(table: TargetName): void {
    const name = quoteTable(table);
    for (const reference of this.#references)
      if ([reference.child, reference.key.parent].some((one) => quoteTable(one) === name))
        this.#suspects.add(reference);
  }

  /** Counted as they are now, of those keys alone for which there is cause. */
  async found(session: PostgresSession): Promise<readonly Orphans[]> {
    const found: Orphans[] = [];
    for (const reference of this.#suspects) found.push(await countReference(session, reference));
    return found.filter(({ rows }) => rows !== '0');
  }
}

export async function countReference(session: PostgresSession, { child, key }: Reference): Promise<Orphans> {
  const { rows } = await session.query(
    `SELECT count(*)::text AS n FROM ${quoteTable(child)} AS c WHERE ${isOrphan(key)}`,
  );
  return {
    constraint: `${child.schema}.${child.table}.${key.name}`,
    parent: `${key.parent.schema}.${key.parent.table}`,
    rows: rows[0]?.['n'] ?? '0',
  };
}

/** Of each of these whether it has a row; in one query, for behind a fence everybody waits for each. */
async function areAny(session: PostgresSession, all: readonly string[]): Promise<readonly boolean[]> {
  if (all.length === 0) return [];
  const columns = all.map((from, at) => `EXISTS (SELECT FROM ${from}) AS any${at}`);
  const { rows } = await session.query(`SELECT ${columns.join(', ')}`);
  return all.map((_, at) => rows[0]?.[`any${at}`] === 't');
}

type Keys = readonly (readonly string[])[];

function ofChildren({ child, key }: Reference, table: VerifiedTable, keys: Keys): string {
  const forms = table.key?.forms ?? [];
  const same = forms.map(({ target, targetType }, i) => `c.${target} = k.k${i}::${targetType}`).join(' AND ');
  return `${keyList(table, keys)} JOIN ${quoteTable(child)} AS c ON ${same} WHERE ${isOrphan(key)}`;
}

/** null: the key refers to other columns than those by which a row is told. */
function ofChangedParents({ child, key }: Reference, table: VerifiedTable, keys: Keys): string | null {
  const forms = table.key?.forms ?? [];
  const places = key.parentColumns.map((column) => forms.findIndex(({ target }) => target === quoteIdent(column)));
  if (places.includes(-1)) return null;
  const same = key.columns.map((column, i) => {
    const place = places[i] ?? 0;
    return `c.${quoteIdent(column)} = k.k${place}::${forms[place]?.targetType}`;
  });
  return `${keyList(table, keys)} JOIN ${quoteTable(child)} AS c ON ${same.join(' AND ')} WHERE ${isOrphan(key)}`;
}

function keyList(table: VerifiedTable, keys: Keys): string {
  const forms = table.key?.forms ?? [];
  const lists = forms.map((form, i) => {
    return `${quoteLiteral(arrayText(keys.map((texts) => form.text(texts[i] ?? ''))))}::text[]`;
  });
  return `unnest(${lists.join(', ')}) AS k(${forms.map((_, i) => `k${i}`).join(', ')})`;
}
