import type { Option } from './option.ts';
import { OPTIONS } from './option-table.ts';

/** The option table as the sections of a file: a section has children, an option stands at a leaf. */
export interface OptionNode {
  readonly option: Option | null;
  readonly children: ReadonlyMap<string, OptionNode>;
  /** The child under any name of the user's (a table, a column); null where only our keys stand. */
  readonly named: OptionNode | null;
}

interface Growing {
  option: Option | null;
  readonly children: Map<string, Growing>;
  named: Growing | null;
}

export const OPTION_TREE: OptionNode = grow(OPTIONS);

function grow(options: readonly Option[]): OptionNode {
  const root = newNode();
  for (const option of options) {
    let node = root;
    for (const key of option.path.split('.')) node = childOf(node, key);
    node.option = option;
  }
  return root;
}

function childOf(node: Growing, key: string): Growing {
  if (key === '*') {
    node.named ??= newNode();
    return node.named;
  }
  const child = node.children.get(key) ?? newNode();
  node.children.set(key, child);
  return child;
}

function newNode(): Growing {
  return { option: null, children: new Map(), named: null };
}
