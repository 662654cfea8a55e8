/** The number a text begins with, as MySQL reads it: `5abc` is 5, `1e2x` is 1e2, `abc` is 0. */
export function leadingNumber(text: string): { readonly number: string; readonly isWhole: boolean } {
  const found = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*/.exec(text);
  if (found === null) return { number: '0', isWhole: false };
  const number = (found[1] ?? '0').replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1');
  return { number, isWhole: found[0].length === text.length };
}
