/** Rules: what the configuration makes of a row before it goes anywhere: columns left out, values masked. */

/** How the value of a column is hidden; NULL stays NULL whatever the mask. */
export type Mask =
  /** SHA-256 over salt and canonical value, 64 hexadecimal digits: equal values stay equal. */
  | { readonly kind: 'hash' }
  | { readonly kind: 'null' }
  /** The first characters of a text. */
  | { readonly kind: 'truncate'; readonly characters: number }
  /** One value for every row, as the source would print it. */
  | { readonly kind: 'fixed'; readonly text: string };

export const MASK_WORDS = 'hash, null, truncate(N) or fixed(VALUE)';

/** `hash`, `null`, `truncate(3)`, `fixed(anything)`; null for anything else. */
export function parseMask(text: string): Mask | null {
  if (text === 'hash' || text === 'null') return { kind: text };
  const [, name, argument = ''] = /^(truncate|fixed)\((.*)\)$/s.exec(text) ?? [];
  if (name === 'fixed') return { kind: name, text: argument };
  return name === 'truncate' && /^\d{1,9}$/.test(argument) ? { kind: name, characters: Number(argument) } : null;
}

export function maskText(mask: Mask): string {
  if (mask.kind === 'truncate') return `truncate(${mask.characters})`;
  return mask.kind === 'fixed' ? `fixed(${mask.text})` : mask.kind;
}

/** Different values stay different, so that unique keys go on to hold. */
export function keepsDistinct(mask: Mask | undefined): boolean {
  return mask === undefined || mask.kind === 'hash';
}
