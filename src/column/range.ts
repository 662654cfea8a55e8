/** The values of a whole-number type, both ends included. */
export interface Range {
  readonly least: bigint;
  readonly greatest: bigint;
}

/** Of MySQL's integer of so many bytes; of PostgreSQL's, which are signed. */
export function integerRange(bytes: number, isUnsigned: boolean): Range {
  const bits = BigInt(bytes * 8);
  if (isUnsigned) return { least: 0n, greatest: 2n ** bits - 1n };
  return { least: -(2n ** (bits - 1n)), greatest: 2n ** (bits - 1n) - 1n };
}

const TARGET_BYTES: Readonly<Record<string, number>> = { smallint: 2, integer: 4, bigint: 8 };

/** CHECK that keeps what the source's type keeps, where a type of the target holds more; null where it does not. */
export function rangeCheck(quoted: string, source: Range, target: string): string | null {
  const bytes = TARGET_BYTES[target];
  if (bytes === undefined && !target.startsWith('numeric')) return null;
  const { least, greatest } = bytes === undefined ? { least: null, greatest: null } : integerRange(bytes, false);
  const bounds = [
    ...(least === null || source.least > least ? [`${quoted} >= ${source.least}`] : []),
    ...(greatest === null || source.greatest < greatest ? [`${quoted} <= ${source.greatest}`] : []),
  ];
  return bounds.length === 0 ? null : bounds.join(' AND ');
}

/** Of DECIMAL, FLOAT and DOUBLE; ZEROFILL makes a column unsigned. */
export function unsignedCheck(quoted: string, columnType: string): string | null {
  return /unsigned|zerofill/i.test(columnType) ? `${quoted} >= 0` : null;
}
