import { hash } from 'node:crypto';

const BUCKETS = 1 << 16;

/**
 * Order-independent sums of rows by bucket of their key: equal tables have equal sums, in flat memory whatever their
 * size and in whatever order the servers read them. Two 64-bit halves of SHA-256 per row.
 */
export class BucketSums {
  readonly rows = new Uint32Array(BUCKETS);
  readonly #low = new BigUint64Array(BUCKETS);
  readonly #high = new BigUint64Array(BUCKETS);

  add(key: string, row: string): void {
    const bucket = bucketOf(key);
    const digest = hash('sha256', row, 'buffer');
    this.rows[bucket] = (this.rows[bucket] ?? 0) + 1;
    // Typed arrays wrap around at 2^64: addition there is a group, so no order matters.
    this.#low[bucket] = (this.#low[bucket] ?? 0n) + digest.readBigUInt64LE(0);
    this.#high[bucket] = (this.#high[bucket] ?? 0n) + digest.readBigUInt64LE(8);
  }

  differingFrom(other: BucketSums): Set<number> {
    const differing = new Set<number>();
    for (let i = 0; i < BUCKETS; i++) {
      const isSame =
        this.rows[i] === other.rows[i] && this.#low[i] === other.#low[i] && this.#high[i] === other.#high[i];
      if (!isSame) differing.add(i);
    }
    return differing;
  }
}

/** FNV-1a over UTF-16 code units. */
export function bucketOf(key: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193);
  return (value ^ (value >>> 16)) & (BUCKETS - 1);
}
