import type { Expression } from '../sql/expression.ts';
import type { Query, QueryBody, TableReference } from '../sql/query.ts';
import type { BodyStatement, Declaration } from './body.ts';
import type { Definition } from './program.ts';

/** Every node with a tag that stands in a program. */
export type Node = BodyStatement | Declaration | Expression | Query | QueryBody | TableReference | Definition;

/** Calls `enter` for a node and all below it, in source order of each level; false leaves out what is below. */
export function walk(root: object, enter: (node: Node) => boolean | undefined): void {
  if (isNode(root) && enter(root) === false) return;
  for (const value of Object.values(root)) walkValue(value, enter);
}

function walkValue(value: unknown, enter: (node: Node) => boolean | undefined): void {
  if (Array.isArray(value)) for (const item of value) walkValue(item, enter);
  else if (typeof value === 'object' && value !== null) walk(value, enter);
}

function isNode(value: object): value is Node {
  return 'tag' in value && 'start' in value;
}

/** All nodes of one kind. */
export function nodesOf<Tag extends Node['tag']>(root: object, tag: Tag): readonly Extract<Node, { tag: Tag }>[] {
  const found: Extract<Node, { tag: Tag }>[] = [];
  walk(root, (node) => {
    if (node.tag === tag) found.push(node as Extract<Node, { tag: Tag }>);
    return undefined;
  });
  return found;
}

/** Number of the line of a place, from 1. */
export function lineAt(text: string, at: number): number {
  let line = 1;
  for (let found = text.indexOf('\n'); found >= 0 && found < at; found = text.indexOf('\n', found + 1)) line += 1;
  return line;
}
