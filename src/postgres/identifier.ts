import { createHash } from 'node:crypto';

/** NAMEDATALEN - 1: PostgreSQL cuts longer names without an error, so two could fall together. */
const LIMIT_BYTES = 63;

/** A source name as a name of the target: itself where it fits in 63 bytes, else cut, with a hash that keeps it apart. */
export function targetIdentifier(name: string): string {
  if (Buffer.byteLength(name) <= LIMIT_BYTES) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${cutToBytes(name, LIMIT_BYTES - 9)}_${hash}`;
}

/** Columns that every table has already (PostgreSQL, "System Columns"): names that no other column may have. */
const SYSTEM_COLUMNS = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']);

/** A column's name as a name of the target. */
export function targetColumnName(name: string): string {
  return targetIdentifier(SYSTEM_COLUMNS.has(name) ? `${name}_` : name);
}

/** Longest beginning of whole characters within `limitBytes`. */
function cutToBytes(name: string, limitBytes: number): string {
  let taken = '';
  let bytes = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > limitBytes) break;
    taken += character;
  }
  return taken;
}
