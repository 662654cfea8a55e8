/** Kafka's own choice of a partition (murmur2 of the key), so that a key's rows stay in order for everybody. */
export function partitionOf(key: Uint8Array | null, partitions: number): number {
  if (partitions === 1 || key === null) return 0;
  return (murmur2(key) & 0x7fffffff) % partitions;
}

const multiplier = 0x5bd1e995;

export function murmur2(bytes: Uint8Array): number {
  let hash = 0x9747b28c ^ bytes.length;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    let k = byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
    k = Math.imul(k, multiplier);
    k = Math.imul(k ^ (k >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ k;
  }
  const left = bytes.length - at;
  if (left === 3) hash ^= byte(bytes, at + 2) << 16;
  if (left >= 2) hash ^= byte(bytes, at + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ byte(bytes, at), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}
