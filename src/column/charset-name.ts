/** iconv-lite's names of MySQL's character sets of more than one byte where they differ. */
export const ICONV_NAMES: Readonly<Record<string, string>> = {
  big5: 'cp950',
  eucjpms: 'eucjp',
  sjis: 'shiftjis',
  ujis: 'eucjp',
};
