import type { RowChange } from '../contract/change.ts';

/** What is left of a run of changes of one table: the keys that go and the images that stand. */
export interface KeyedSet {
  /** Key records of rows that must not be there. */
  readonly gone: readonly Uint8Array[];
  /** Row images that must be there, whatever was. */
  readonly standing: readonly Uint8Array[];
  /** Images whose first change in the run was a create or a snapshot read: most likely not there yet. */
  readonly fresh: readonly Uint8Array[];
}

interface Last {
  readonly key: Uint8Array;
  readonly image: Uint8Array | null;
  readonly isFresh: boolean;
}

/**
 * The last change of each key wins; exact for any run in source order, because a row's image is always whole (INV-53).
 * Keys are compared by their bytes, as latin1 strings: one character per byte.
 */
export function coalesceKeyed(changes: readonly RowChange[]): KeyedSet {
  const last = new Map<string, Last>();
  for (const change of changes) {
    if (change.oldKey !== null) put(last, change.oldKey, null, false);
    if (change.key !== null) put(last, change.key, change.after, change.op === 'c' || change.op === 'r');
  }
  const gone: Uint8Array[] = [];
  const standing: Uint8Array[] = [];
  const fresh: Uint8Array[] = [];
  for (const { key, image, isFresh } of last.values()) {
    if (image === null) gone.push(key);
    else if (isFresh) fresh.push(image);
    else standing.push(image);
  }
  return { gone, standing, fresh };
}

function put(last: Map<string, Last>, key: Uint8Array, image: Uint8Array | null, isNew: boolean): void {
  const name = latin1(key);
  const before = last.get(name);
  last.set(name, { key, image, isFresh: before === undefined ? isNew && image !== null : before.isFresh });
}

/** A table without a key is a bag: equal rows are only counted, so creates and deletes of one image cancel out. */
export interface Bag {
  readonly gone: readonly Uint8Array[];
  readonly standing: readonly Uint8Array[];
}

export function coalesceBag(changes: readonly RowChange[]): Bag {
  const counts = new Map<string, { readonly image: Uint8Array; copies: number }>();
  const count = (image: Uint8Array | null, by: 1 | -1) => {
    if (image === null) return;
    const name = latin1(image);
    const known = counts.get(name);
    if (known) known.copies += by;
    else counts.set(name, { image, copies: by });
  };
  for (const change of changes) {
    count(change.before, -1);
    count(change.after, 1);
  }
  const gone: Uint8Array[] = [];
  const standing: Uint8Array[] = [];
  for (const { image, copies } of counts.values()) {
    for (let i = 0; i < Math.abs(copies); i++) (copies < 0 ? gone : standing).push(image);
  }
  return { gone, standing };
}

/** Bytes as a map key. */
export function latin1(bytes: Uint8Array): string {
  return (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString(
    'latin1',
  );
}
