/** How high a tree may be so that a recursive walk of it stays far from the end of the stack. */
export const MAX_HEIGHT = 500;

/** Height of a tree of nodes, counted without recursion. */
export function heightOf(root: object): number {
  let height = 0;
  let level: object[] = [root];
  while (level.length > 0) {
    height += 1;
    level = level.flatMap(childrenOf);
  }
  return height;
}

/** The nodes right below one; lists do not count as a level. */
function childrenOf(node: object): object[] {
  const below: object[] = [];
  const open: unknown[] = Object.values(node);
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) for (const item of value) open.push(item);
    else if (typeof value === 'object' && value !== null) below.push(value);
  }
  return below;
}
