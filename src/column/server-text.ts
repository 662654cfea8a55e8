/**
 * The canonical form of a column as text that each server makes itself, so that both can hash it: equal exactly where
 * canonicalSource and canonicalTarget are (INV-130). SQL NULL where the canonical form is NULL. ASCII without `;`, and
 * never `N`, so that cells joined by `;` with `N` for NULL are unambiguous.
 */
export interface ServerText {
  /** Expression of the source over its quoted column; session as connectMysql makes it. */
  source(quoted: string): string;
  /** Expression of the target over its quoted column; session as connectPostgres makes it. */
  target(quoted: string): string;
}

/** The plain text of a value on the target. */
export const targetPlain = (quoted: string) => `${quoted}::text`;

/** Stands for bytes that the source cannot hash; the target never makes it. */
const UNHASHED = "'!'";

/**
 * SHA-256 of a binary string of the source: values of any length and content in 64 letters. A server gives NULL for what
 * is longer than its max_allowed_packet: never equal to anything, so that it is read.
 */
export function sourceDigest(quoted: string, bytes: string): string {
  return `IF(${quoted} IS NULL, NULL, COALESCE(SHA2(${bytes}, 256), ${UNHASHED}))`;
}

export function targetDigest(bytes: string): string {
  return `encode(sha256(${bytes}), 'hex')`;
}

/** Digest of a text of the target, whatever the encoding of the database. */
export function targetTextDigest(text: string): string {
  return targetDigest(`convert_to(${text}, 'UTF8')`);
}

/** A digest of bytes that holds only where a condition does. */
export function sourceDigestIf(condition: string, quoted: string, bytes: string): string {
  return `IF(${quoted} IS NULL, NULL, IF(${condition}, COALESCE(SHA2(${bytes}, 256), ${UNHASHED}), ${UNHASHED}))`;
}
