import { toCondition } from '../coerce.ts';
import type { Context } from '../context.ts';
import { quoteName } from '../fragment.ts';
import type { Join, TableReference } from '../query.ts';
import { type Source, scopeOf } from '../query-scope.ts';
import type { TableColumn } from '../scope.ts';
import { foldedUsing, namedApart } from '../using-fold.ts';
import { printJsonTable } from './json-table.ts';

type Node<Tag extends TableReference['tag']> = Extract<TableReference, { tag: Tag }>;

/** A part of FROM with the sources that it gives. */
export interface PrintedFrom {
  readonly sql: string;
  readonly sources: readonly Source[];
}

/** Prints a query inside FROM; given so that no file imports its caller. */
export type PrintInner = (
  query: Node<'derived'>['query'],
  context: Context,
) => {
  readonly sql: string;
  readonly columns: readonly TableColumn[];
};

/** Prints FROM. `left` are the sources that stand before, which LATERAL and ON may name. */
export class FromPrinter {
  readonly #context: Context;
  readonly #inner: PrintInner;

  constructor(context: Context, inner: PrintInner) {
    this.#context = context;
    this.#inner = inner;
  }

  list(tables: readonly TableReference[], left: readonly Source[] = []): PrintedFrom {
    const parts: string[] = [];
    const sources: Source[] = [];
    for (const table of tables) {
      const printed = this.table(table, [...left, ...sources]);
      parts.push(printed.sql);
      sources.push(...printed.sources);
    }
    return { sql: parts.join(', '), sources };
  }

  table(node: TableReference, left: readonly Source[]): PrintedFrom {
    switch (node.tag) {
      case 'base':
        return this.#base(node);
      case 'derived':
        return this.#derived(node, left);
      case 'join':
        return this.#join(node, left);
      case 'list':
        return this.#list(node, left);
      default:
        return this.#jsonTable(node, left);
    }
  }

  #base(node: Node<'base'>): PrintedFrom {
    if (node.hints.length > 0) this.#context.report('HINT', node, 'index hints');
    if (node.partitions.length > 0) this.#context.report('CONSTRUCT', node, 'a partition is read by its name');
    if (node.systemTime !== undefined) this.#context.report('CONSTRUCT', node, 'FOR SYSTEM_TIME');
    const { parts } = node.name;
    const shape = this.#context.scope.table(parts);
    const name = node.alias?.text ?? parts.at(-1)?.text;
    if (shape === undefined) {
      this.#context.report(
        'UNKNOWN_COLUMN',
        node,
        `nothing is known of the table ${parts.map(({ text }) => text).join('.')}`,
      );
    }
    const sql = shape?.sql ?? parts.map(({ text }) => quoteName(text)).join('.');
    const isNamed = node.alias !== undefined || (name !== undefined && !sql.endsWith(quoteName(name)));
    const alias = isNamed && name !== undefined ? ` AS ${quoteName(name)}` : '';
    const source = { name, columns: shape?.columns ?? [], isOpen: shape === undefined, key: shape?.key ?? [] };
    return { sql: `${sql}${alias}`, sources: [source] };
  }

  #derived(node: Node<'derived'>, left: readonly Source[]): PrintedFrom {
    const { scope } = this.#context;
    const context = node.isLateral ? this.#context.within(scopeOf(left, scope)) : this.#context;
    const printed = this.#inner(node.query, context);
    const columns = renamed(
      printed.columns,
      node.columns.map(({ text }) => text),
    );
    const names = node.columns.length === 0 ? '' : ` (${node.columns.map(({ text }) => quoteName(text)).join(', ')})`;
    const alias = node.alias === undefined ? '' : ` AS ${quoteName(node.alias.text)}${names}`;
    const sql = `${node.isLateral ? 'LATERAL ' : ''}(${printed.sql})${alias}`;
    return { sql, sources: [{ name: node.alias?.text, columns, isOpen: false, key: [] }] };
  }

  #jsonTable(node: Node<'json-table'>, left: readonly Source[]): PrintedFrom {
    const printed = printJsonTable(node, this.#context.within(scopeOf(left, this.#context.scope)));
    const name = node.alias?.text;
    const alias = name === undefined ? '' : ` AS ${quoteName(name)}`;
    return { sql: `${printed.sql}${alias}`, sources: [{ name, columns: printed.columns, isOpen: false, key: [] }] };
  }

  #list(node: Node<'list'>, left: readonly Source[]): PrintedFrom {
    const [only] = node.tables;
    if (node.tables.length === 1 && only !== undefined) return this.table(only, left);
    const parts: string[] = [];
    const sources: Source[] = [];
    for (const table of node.tables) {
      const printed = this.table(table, [...left, ...sources]);
      parts.push(parts.length === 0 ? printed.sql : asRight(table, printed.sql));
      sources.push(...printed.sources);
    }
    return { sql: `(${parts.join(' CROSS JOIN ')})`, sources };
  }

  #join(node: Join, before: readonly Source[]): PrintedFrom {
    if (node.kind === 'straight') this.#context.report('HINT', node, 'STRAIGHT_JOIN orders the tables');
    const left = this.table(node.left, before);
    const right = this.table(node.right, [...before, ...left.sources]);
    const merged = foldedUsing(node, left.sources, right.sources, this.#context);
    if (merged !== undefined) {
      const word = joinWord({ ...node, isNatural: false }, true);
      const sources = [...namedApart(left.sources), ...right.sources];
      return { sql: `${left.sql} ${word} ${asRight(node.right, right.sql)} ON ${merged}`, sources };
    }
    const sources = [...left.sources, ...right.sources];
    const condition = this.#condition(node, [...sources, ...before]);
    const word = joinWord(node, condition !== '');
    return { sql: `${left.sql} ${word} ${asRight(node.right, right.sql)}${condition}`, sources };
  }

  #condition(node: Join, sources: readonly Source[]): string {
    if (node.using.length > 0)
      return ` USING (${node.using.map(({ text }) => quoteName(text.toLowerCase())).join(', ')})`;
    if (node.on === undefined) return '';
    const context = this.#context.within(scopeOf(sources, this.#context.scope));
    return ` ON ${toCondition(context.fragment(node.on), context, node.on).sql}`;
  }
}

/** Joins stand one behind the other from the left; one at the right of another needs parentheses. */
function asRight(node: TableReference, sql: string): string {
  let inner = node;
  while (inner.tag === 'list' && inner.tables.length === 1 && inner.tables[0] !== undefined) [inner] = inner.tables;
  return inner.tag === 'join' ? `(${sql})` : sql;
}

/** An inner join without a condition is a cross join, and a cross join with one is an inner one. */
function joinWord(node: Join, hasCondition: boolean): string {
  const natural = node.isNatural ? 'NATURAL ' : '';
  if (node.kind === 'left' || node.kind === 'right') return `${natural}${node.kind.toUpperCase()} JOIN`;
  return hasCondition || node.isNatural ? `${natural}JOIN` : 'CROSS JOIN';
}

/** Columns under other names, as a list behind an alias gives them. */
export function renamed(columns: readonly TableColumn[], names: readonly string[]): readonly TableColumn[] {
  if (names.length === 0) return columns;
  return names.map((name, at) => ({ name, sql: quoteName(name), type: columns[at]?.type ?? { kind: 'unknown' } }));
}
