import type { Context } from './context.ts';
import type { Expression, Name, OrderItem } from './expression.ts';
import { atom, type Fragment, quoteName } from './fragment.ts';
import type { Select } from './query.ts';
import { findColumn, type Source, variableOf } from './query-scope.ts';
import type { Resolved, Scope } from './scope.ts';
import { columnId, settledColumns } from './settled-column.ts';
import { folded, isFolded } from './text-fold.ts';

/** An expression that is grouped by: as it is, and as its rows fall together. */
interface Group {
  readonly expression: Expression;
  readonly sql: string;
  readonly key: string;
}

/** What a grouped SELECT may name: its groups, aggregates, and columns that the key of a table settles. */
export class Grouping {
  readonly #groups: readonly Group[];
  readonly #columns: ReadonlySet<string>;
  readonly #sources: readonly Source[];
  readonly #plain: Context;
  /** One value in each group, as joins and keys prove; none under ROLLUP, whose groups leave columns out. */
  readonly #settled: ReadonlySet<string>;
  readonly #added = new Set<string>();
  /** Text columns that are grouped by without regard to case: a group has several of their values. */
  readonly #folded: ReadonlySet<string>;
  readonly #isRollup: boolean;

  constructor(node: Select, groups: readonly Expression[], sources: readonly Source[], plain: Context) {
    this.#plain = plain;
    this.#sources = sources;
    this.#isRollup = node.isRollup;
    this.#columns = new Set(groups.flatMap((group) => this.#idOf(group) ?? []));
    this.#folded = this.#foldedColumns(node, groups);
    this.#groups = groups.map((group) => this.#groupOf(group));
    const exact = [...this.#columns].filter((id) => !this.#folded.has(id));
    this.#settled = node.isRollup ? new Set() : settledColumns(node, sources, exact);
  }

  /** Whether texts that differ in case fall together. */
  get hasFolded(): boolean {
    return this.#groups.some(({ key, sql }) => key !== sql);
  }

  /** What GROUP BY lists. */
  get keys(): readonly string[] {
    return this.#groups.map(({ key }) => key);
  }

  /** Not those that a key or the other groups settle: one value in each group is spelled in one way. */
  #foldedColumns(node: Select, groups: readonly Expression[]): ReadonlySet<string> {
    const isText = (group: Expression): boolean => isFolded(this.#plain.silently(group).type, this.#plain);
    const texts = new Set(groups.filter(isText).flatMap((group) => this.#idOf(group) ?? []));
    const others = [...this.#columns].filter((id) => !texts.has(id));
    // A subtotal is over the first groups alone, which the later ones do not settle.
    if (node.isRollup) return texts;
    const settled = settledColumns(node, this.#sources, others);
    for (const [at, { key, columns }] of this.#sources.entries()) {
      const isWhole = key.length > 0 && key.every((name) => this.#columns.has(`${at}.${name.toLowerCase()}`));
      if (isWhole) for (const { name } of columns) settled.add(`${at}.${name.toLowerCase()}`);
    }
    return new Set([...texts].filter((id) => !settled.has(id)));
  }

  #groupOf(group: Expression): Group {
    const own = this.#plain.fragment(group);
    const id = this.#idOf(group);
    const falls = isFolded(own.type, this.#plain) && (id === undefined || this.#folded.has(id));
    if (!falls || group.tag === 'number') return { expression: group, sql: own.sql, key: own.sql };
    return { expression: group, sql: own.sql, key: folded(own, this.#plain).sql };
  }

  /** One of the texts that fall together, as the source gives one: the first by the key of the table, if it is known. */
  #oneOf(value: Fragment): Fragment {
    const [only, second] = this.#sources;
    const isKeyed = second === undefined && only !== undefined && only.key.length > 0;
    const columns = isKeyed ? only.columns.filter(({ name }) => only.key.includes(name)) : [];
    const of = only?.name === undefined ? '' : `${quoteName(only.name)}.`;
    const order = columns.length === 0 ? '' : ` ORDER BY ${columns.map(({ sql }) => `${of}${sql}`).join(', ')}`;
    const found = `(array_agg(${value.sql}${order}))[1]`;
    if (!this.#isRollup) return atom(found, value.type);
    return atom(`CASE WHEN GROUPING(${folded(value, this.#plain).sql}) = 0 THEN ${found} END`, value.type);
  }

  /** Columns to group by besides, since PostgreSQL does not see that they are settled: it makes no other groups. */
  get added(): readonly string[] {
    return [...this.#added];
  }

  /** The scope of subqueries: a column of ours that no group settles is an aggregate there too. */
  scope(): Scope {
    const { scope } = this.#plain;
    const resolve = (parts: readonly Name[]): Resolved | undefined => {
      const found = scope.resolve(parts);
      const [first] = parts;
      if (found === undefined || first === undefined || findColumn(this.#sources, parts) === undefined) return found;
      const part: Expression = { tag: 'column', parts, start: first.start, end: parts.at(-1)?.end ?? first.end };
      const value = this.replace(part, this.#plain);
      return value === undefined ? found : { sql: value.sql, type: value.type };
    };
    return { ...scope, resolve };
  }

  /** Translation of a part that may not stand as it is: a group, an aggregate, a column that no group settles. */
  replace(part: Expression, _context: Context): Fragment | undefined {
    if (part.tag === 'aggregate' && part.over === undefined) return this.#plain.fragment(part);
    if (part.tag !== 'column') return this.#asGroup(part);
    const id = this.#idOf(part);
    if (id !== undefined && this.#folded.has(id)) return this.#oneOf(this.#plain.fragment(part));
    if (id === undefined || this.#columns.has(id) || this.#isSettled(part)) return undefined;
    if (this.#settled.has(id)) return this.#addFor(part);
    this.#plain.report('GROUP_BY', part, 'a column that is not grouped by is selected');
    const value = this.#plain.fragment(part);
    const hasLeast = !['boolean', 'json', 'other', 'unknown'].includes(value.type.kind);
    return atom(hasLeast ? `min(${value.sql})` : `(array_agg(${value.sql}))[1]`, value.type);
  }

  /** A literal is the same in every group, and asks nothing. */
  #asGroup(part: Expression): Fragment | undefined {
    if (this.#groups.length === 0 || part.tag === 'number' || part.tag === 'string' || part.tag === 'null')
      return undefined;
    if (part.tag === 'subquery' || part.tag === 'exists' || part.tag === 'aggregate') return undefined;
    const own = this.#plain.silently(part);
    const group = this.#groups.find(({ sql, expression }) => sql === own.sql && expression.tag !== 'number');
    if (group === undefined) return undefined;
    return group.key === group.sql ? own : this.#oneOf(own);
  }

  #idOf(part: Expression): string | undefined {
    if (part.tag !== 'column' || variableOf(part.parts, this.#plain.scope) !== undefined) return undefined;
    return columnId(this.#sources, part);
  }

  /** By the key of its table, which is shorter to read, where that is settled too. */
  #addFor(part: Expression): undefined {
    const found = part.tag === 'column' ? findColumn(this.#sources, part.parts) : undefined;
    if (found === undefined) return;
    const { source, column } = found;
    const at = this.#sources.indexOf(source);
    const isKeySettled = source.key.every((name) => this.#settled.has(`${at}.${name.toLowerCase()}`));
    const key = source.columns.filter(({ name }) => source.key.includes(name));
    const wanted = isKeySettled && key.length > 0 ? key : [column];
    for (const { sql } of wanted) this.#added.add(source.name === undefined ? sql : `${quoteName(source.name)}.${sql}`);
  }

  /** The whole primary key of its table is grouped by: PostgreSQL takes its other columns too. */
  #isSettled(part: Expression): boolean {
    const found = part.tag === 'column' ? findColumn(this.#sources, part.parts) : undefined;
    if (found === undefined || found.source.key.length === 0) return false;
    const at = this.#sources.indexOf(found.source);
    const ids = found.source.key.map((name) => `${at}.${name.toLowerCase()}`);
    return ids.every((name) => this.#columns.has(name) && !this.#folded.has(name));
  }
}

/** Whether a SELECT without GROUP BY is one group all the same. */
export function hasAggregate(node: Select, orderBy: readonly OrderItem[]): boolean {
  return [...node.items, node.having, ...orderBy].some((part) => part !== undefined && holdsAggregate(part));
}

/** Looks for an aggregate that is not inside a subquery, without recursion. */
function holdsAggregate(root: object): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== 'object' || node === null) continue;
    if ('tag' in node && node.tag === 'aggregate' && 'over' in node && node.over === undefined) return true;
    if ('tag' in node && node.tag === 'query') continue;
    open.push(...Object.values(node));
  }
  return false;
}
