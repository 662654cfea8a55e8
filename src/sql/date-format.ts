/** A part of a DATE_FORMAT: a picture of to_char, or a value that no picture gives. */
export type FormatPart =
  | { readonly tag: 'picture'; readonly text: string }
  /** The week in two digits, or its year, by mode of WEEK. */
  | { readonly tag: 'week'; readonly mode: 0 | 1 | 2 }
  | { readonly tag: 'week-year' }
  | { readonly tag: 'weekday' };

/** Specifiers that to_char has too. `FM` takes the padding away and holds for the next pattern alone. */
const PICTURES: Readonly<Record<string, string>> = {
  a: 'Dy',
  b: 'Mon',
  c: 'FMMM',
  d: 'DD',
  D: 'FMDDth',
  e: 'FMDD',
  f: 'US',
  H: 'HH24',
  h: 'HH12',
  I: 'HH12',
  i: 'MI',
  j: 'DDD',
  k: 'FMHH24',
  l: 'FMHH12',
  M: 'FMMonth',
  m: 'MM',
  p: 'AM',
  r: 'HH12:MI:SS AM',
  S: 'SS',
  s: 'SS',
  T: 'HH24:MI:SS',
  W: 'FMDay',
  Y: 'YYYY',
  y: 'YY',
  v: 'IW',
  x: 'IYYY',
};

/** Cuts a format of MySQL into parts; `%` before a letter that means nothing stands for the letter. */
export function formatParts(format: string): readonly FormatPart[] {
  const parts: FormatPart[] = [];
  let text = '';
  let picture = '';
  const endText = (): void => {
    if (text !== '') picture += /^[ \-/:.,]*$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
    text = '';
  };
  const push = (part: FormatPart): void => {
    endText();
    if (picture !== '') parts.push({ tag: 'picture', text: picture });
    picture = '';
    parts.push(part);
  };
  for (let at = 0; at < format.length; at += 1) {
    const letter = format[at] === '%' ? format[at + 1] : undefined;
    if (letter === undefined) {
      text += format[at] ?? '';
      continue;
    }
    at += 1;
    const found = PICTURES[letter];
    if (found !== undefined) {
      endText();
      picture += found;
    } else {
      const special = SPECIAL[letter];
      if (special === undefined) text += letter;
      else push(special);
    }
  }
  endText();
  return picture === '' ? parts : [...parts, { tag: 'picture', text: picture }];
}

const SPECIAL: Readonly<Record<string, FormatPart>> = {
  U: { tag: 'week', mode: 0 },
  u: { tag: 'week', mode: 1 },
  V: { tag: 'week', mode: 2 },
  X: { tag: 'week-year' },
  w: { tag: 'weekday' },
};

/** Specifiers of STR_TO_DATE as to_timestamp reads them. */
const READ: Readonly<Record<string, string>> = {
  ...{ Y: 'YYYY', y: 'YY', m: 'MM', c: 'MM', d: 'DD', e: 'DD', H: 'HH24', k: 'HH24', h: 'HH12', I: 'HH12', l: 'HH12' },
  ...{ i: 'MI', s: 'SS', S: 'SS', f: 'US', p: 'AM', M: 'Month', b: 'Mon', T: 'HH24:MI:SS', r: 'HH12:MI:SS AM' },
};

/** What MySQL takes for a specifier, day, month and year other than 0; a text with less is no date. */
const TAKEN: Readonly<Record<string, string>> = {
  ...{ Y: String.raw`(?!0000)\d{4}`, y: String.raw`\d{1,2}`, f: String.raw`\d{1,6}` },
  ...{ p: '[AaPp][Mm]', M: '[A-Za-z]+', b: '[A-Za-z]+' },
  ...{ T: String.raw`\d{1,2}:\d{1,2}:\d{1,2}`, r: String.raw`\d{1,2}:\d{1,2}:\d{1,2}\s*[AaPp][Mm]` },
  ...{ m: String.raw`(?!0+(?!\d)|00)\d{1,2}`, d: String.raw`(?!0+(?!\d)|00)\d{1,2}` },
};
const SAME: Readonly<Record<string, string>> = { c: 'm', e: 'd' };
const DATE_PARTS = ['Yy', 'mcMb', 'de'] as const;

/** A format of STR_TO_DATE for to_timestamp. */
export interface ReadingPicture {
  readonly picture: string;
  readonly hasTime: boolean;
  /** `date`: year, month and day are in it; `part`: some of them; `none`: a time alone. */
  readonly dates: 'date' | 'part' | 'none';
  /** A regular expression of what a text has as far as its year, month and day go. */
  readonly needed: string;
}

/** A format of STR_TO_DATE for to_timestamp; undefined when it has what PostgreSQL does not read. */
export function readingPicture(format: string): ReadingPicture | undefined {
  let isKnown = true;
  const picture = format.replaceAll(
    /%(.)|([A-Za-z"\\]+)/g,
    (_, letter: string | undefined, text: string | undefined) => {
      if (letter === undefined) return `"${(text ?? '').replaceAll(/["\\]/g, '\\$&')}"`;
      const found = READ[letter];
      if (found === undefined) isKnown = false;
      return found ?? '';
    },
  );
  if (!isKnown) return undefined;
  const has = DATE_PARTS.filter((letters) => [...letters].some((letter) => format.includes(`%${letter}`)));
  const dates = has.length === DATE_PARTS.length ? 'date' : has.length === 0 ? 'none' : 'part';
  return { picture, hasTime: /HH|MI|SS|US/.test(picture), dates, needed: neededText(format) };
}

/** MySQL passes over blanks before each part, and reads no further than the text goes. */
function neededText(format: string): string {
  const last = Math.max(...[...DATE_PARTS.join('')].map((letter) => format.lastIndexOf(`%${letter}`)));
  const parts = [...format.slice(0, last + 2).matchAll(/%(.)|([\s\S])/g)].map(([, letter, text]) => {
    if (letter !== undefined) return String.raw`\s*${TAKEN[SAME[letter] ?? letter] ?? String.raw`\d{1,2}`}`;
    if (/\s/.test(text ?? '')) return '';
    return String.raw`\s*${(text ?? '').replace(/[\\^$.*+?()[\]{}|]/, '\\$&')}`;
  });
  return `^${parts.join('')}`;
}
