import fc from 'fast-check';

/** Any Unicode character, ASCII and control characters more often. (fast-check's own units take seconds to set up.) */
const CHARACTER = fc
  .oneof(fc.nat(0x7f), fc.integer({ min: 0x80, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code));

export function anyText(maxLength: number): fc.Arbitrary<string> {
  return fc.array(CHARACTER, { maxLength }).map((characters) => characters.join(''));
}
