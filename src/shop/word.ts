/** Words that the shop's people and goods are made of, and the odd ones every old shop holds. */

// biome-ignore format: a list of words
export const FIRST_NAMES = [
  'Anna', 'Ben', 'Chloé', 'Dmitri', 'Elif', 'François', 'Grace', 'Håkon', 'Inés', 'José', 'Katarzyna', 'Liam',
  'Mária', 'Nguyễn', 'Olga', 'Paul', 'Quinn', 'Rahul', 'Søren', 'Tomáš', 'Uma', 'Věra', 'Wen', 'Yūki', 'Zoë',
] as const;

// biome-ignore format: a list of words
export const LAST_NAMES = [
  'Smith', 'Müller', 'García', 'Novák', 'O’Brien', "D'Angelo", 'Łukasik', 'Öztürk', 'Andersson', 'Ivanova', 'Kim',
  'Tanaka', 'Nakamura', 'Silva', 'Santos', 'Dubois', 'Rossi', 'Jansen', 'Papadopoulos', 'Singh', 'Haddad', 'Weiß',
] as const;

// biome-ignore format: a list of words
export const NOUNS = [
  'lamp', 'chair', 'kettle', 'bicycle', 'blanket', 'mirror', 'notebook', 'tent', 'guitar', 'vase', 'clock', 'drill',
  'jacket', 'table', 'camera', 'carpet', 'ladder', 'helmet', 'basket', 'fridge',
] as const;

// biome-ignore format: a list of words
export const ADJECTIVES = [
  'red', 'small', 'oak', 'folding', 'wireless', 'antique', 'light', 'heavy-duty', 'crème', 'matte', 'vintage', 'spare',
] as const;

/** Streets as the first, latin1 version of the shop kept them: every character is in cp1252. */
// biome-ignore format: a list of words
export const LATIN1_STREETS = [
  'Rue de l’Évêché 12', 'Königstraße 7 – Hof', 'Calle Ñuñoa 3', 'Plaça d’Espanya 1', 'Lilla Å 44', 'Šipka 5', '1 High Street',
] as const;

/** What latin1 columns hold that is not in ISO 8859-1: cp1252's own characters, an empty string, spaces. */
// biome-ignore format: a list of words
export const LATIN1_ODD: readonly (string | null)[] = [
  'Préis: 12,50 €', 'œuvre ‘Ž’ ™ … “ÿ”', '', null, '  two spaces before, one behind ', "it's \\ 100%", '½ ß ø þ', 'ƒ‰Š‹ŒŽ',
];

/** What utf8mb4 columns hold: emoji with joiners, right to left, combining marks, line ends, quotes, an empty string. */
// biome-ignore format: a list of words
export const UNICODE_ODD: readonly (string | null)[] = [
  '🎁 gift 👩‍👩‍👧‍👦', 'مرحبا بالعالم', '漢字かな交じり', 'e\u0301 and é', 'line\r\nbreak\tand tab', '"quoted" and \'single\' and \\back\\', '', null,
  '𝔘𝔫𝔦𝔠𝔬𝔡𝔢', 'zero\u200bwidth', ' leading and trailing ', 'null', 'NULL', '\\N', '\u0001control\u001f', '🇪🇺€',
];

// biome-ignore format: a list of words
export const COUNTRIES = [
  'DE', 'FR', 'ES', 'IT', 'PL', 'CZ', 'NL', 'BE', 'AT', 'CH', 'SE', 'NO', 'DK', 'FI', 'PT', 'GR', 'IE', 'GB', 'US', 'CA',
] as const;

export const CURRENCIES = ['EUR', 'CHF', 'GBP', 'USD', 'SEK', 'PLN', 'CZK', 'NOK', 'DKK', 'JPY'] as const;
