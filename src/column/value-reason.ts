/** Why a target cannot hold a value: the reasons of every ValueError of this folder, stable, for reports. */
export const VALUE_REASONS = {
  'out-of-range': 'a number, interval, time or vector beyond the target type',
  'not-boolean': 'an integer other than 0 and 1 into boolean',
  'cut-fraction': 'digits of a fraction that the target would round away',
  'cut-time': 'a time of day into date',
  'zero-date': 'a zero in year, month or day, with `zeroDate: refuse`',
  'invalid-date': 'a day that no calendar has, such as 31 February',
  'no-such-time': 'a local time that the clock of its zone never shows, into a type with a time zone',
  'nul-byte': 'the NUL character in text, with `nul: refuse`',
  'invalid-text': 'bytes that are not UTF-8, or that the column character set does not know',
  'too-long': 'more characters than the target type has',
  'trailing-space': 'spaces at the end into character(n), which does not keep them',
  'not-uuid': 'a text or bytes that are no UUID',
  'not-inet': 'a text that is no address',
  'not-json': 'a text that is not JSON',
  'invalid-geometry': 'bytes that are no geometry',
  'other-srid': 'a geometry of another SRID than the target column has',
} as const;
