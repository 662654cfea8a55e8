/** Greatest distance of the decimal point from the first digit for which MySQL prints no exponent. */
const MAX_POINT = 15;

/**
 * A double as MySQL prints it in JSON: the shortest digits that read back, `e` beyond 15 places, `.0` behind a whole
 * number without one.
 */
export function jsonDouble(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '', exponent = ''] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = Number(exponent) + 1;
  if (!isPlain(digits.length, point)) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits.charAt(0)}${fraction}e${point - 1}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return `${sign}${digits}${'0'.repeat(point - digits.length)}.0`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Seventeen digits with the point before the last one are the one case beyond the limit that stays plain. */
function isPlain(digits: number, point: number): boolean {
  return point > -MAX_POINT && (point <= MAX_POINT || digits > point);
}
