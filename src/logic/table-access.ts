import type { Name } from '../sql/expression.ts';
import type { TableReference } from '../sql/query.ts';
import type { Delete, Update } from '../sql/statement.ts';
import type { BodyStatement } from './body.ts';
import { walk } from './walk.ts';

export type Change = 'insert' | 'update' | 'delete';

/** What a program does to tables, by name as written without quotes (`t`, `other.t`). */
export interface TableAccess {
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlyMap<string, ReadonlySet<Change>>;
  /** Temporary tables that it makes itself; in neither of the above. */
  readonly temporary: ReadonlySet<string>;
}

/** Finds tables read and written below a node; common table expressions are no tables. */
export function tableAccess(root: object): TableAccess {
  const found = new AccessFinder();
  walk(root, (node) => {
    found.take(node as BodyStatement | TableReference);
    return undefined;
  });
  return found.result();
}

/** `a.b` of names. */
export function dotted(parts: readonly Name[]): string {
  return parts.map(({ text }) => text).join('.');
}

class AccessFinder {
  readonly #reads = new Set<string>();
  readonly #writes = new Map<string, Set<Change>>();
  readonly #temporary = new Set<string>();
  readonly #common = new Set<string>();
  /** The one table of an UPDATE or DELETE is written; of a join each is read. */
  readonly #targets = new Set<TableReference>();

  take(node: BodyStatement | TableReference): void {
    if (node.tag === 'base' && !this.#targets.has(node)) this.#reads.add(dotted(node.name.parts));
    else if (node.tag === 'insert') this.#insert(node);
    else if (node.tag === 'update') this.#update(node);
    else if (node.tag === 'delete') this.#delete(node);
    else if (node.tag === 'truncate') this.#write(dotted(node.table.parts), 'delete');
    else if (node.tag === 'create-table') this.#create(node);
    else if (node.tag === 'query') for (const { name } of node.with?.tables ?? []) this.#common.add(key(name.text));
  }

  result(): TableAccess {
    const isOwn = (name: string): boolean => this.#common.has(key(name)) || this.#temporary.has(key(name));
    const reads = new Set([...this.#reads].filter((name) => !isOwn(name)));
    const writes = new Map([...this.#writes].filter(([name]) => !isOwn(name)));
    return { reads, writes, temporary: this.#temporary };
  }

  #write(name: string, change: Change): void {
    const known = this.#writes.get(name) ?? new Set();
    this.#writes.set(name, known.add(change));
  }

  #insert(node: Extract<BodyStatement, { tag: 'insert' }>): void {
    const table = dotted(node.table.parts);
    this.#write(table, 'insert');
    if (node.isReplace) this.#write(table, 'delete');
    if (node.onDuplicate !== undefined) this.#write(table, 'update');
  }

  /** Of a join those tables are written whose columns are set; a bare column may be of any of them. */
  #update(node: Update): void {
    this.#target(node.tables);
    const aliases = aliasesOf(node.tables);
    for (const { column } of node.assignments) {
      const qualifier = column.length > 1 ? column.slice(0, -1) : undefined;
      const targets = qualifier === undefined ? [...aliases.values()] : [resolve(aliases, qualifier)];
      for (const target of targets) this.#write(target, 'update');
    }
  }

  #delete(node: Delete): void {
    if (!node.isMulti) this.#target(node.tables);
    const aliases = aliasesOf(node.tables);
    for (const target of node.targets) this.#write(resolve(aliases, target.parts), 'delete');
  }

  #target(tables: readonly TableReference[]): void {
    const [first] = tables;
    if (first !== undefined && tables.length === 1) this.#targets.add(first);
  }

  #create(node: Extract<BodyStatement, { tag: 'create-table' }>): void {
    const { name, isTemporary, like } = node.definition;
    if (isTemporary) this.#temporary.add(key(dotted(name.parts)));
    if (like !== undefined) this.#reads.add(dotted(like.parts));
  }
}

/** Names of tables are told apart without regard to case, as on most servers. */
export function key(name: string): string {
  return name.toLowerCase();
}

function resolve(aliases: ReadonlyMap<string, string>, parts: readonly Name[]): string {
  return aliases.get(key(parts.at(-1)?.text ?? '')) ?? dotted(parts);
}

/** By alias or last part of the name. */
function aliasesOf(tables: readonly TableReference[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const table of tables) {
    walk(table, (node) => {
      if (node.tag === 'subquery' || node.tag === 'derived') return false;
      if (node.tag === 'base') {
        const name = node.alias?.text ?? node.name.parts.at(-1)?.text ?? '';
        found.set(key(name), dotted(node.name.parts));
      }
      return undefined;
    });
  }
  return found;
}
