import type { ServerText } from './server-text.ts';

/**
 * The servers print the same shortest digits of a double and differ in where they put point and exponent: here it is the
 * sign, the digits without zeros at either end, and the power of ten of the last one..
 */
const FLOAT_TEXT: ServerText = {
  source: (quoted) => {
    const json = `REPLACE(REPLACE(CAST(JSON_ARRAY(${quoted} * 1e0) AS CHAR), '[', ''), ']', '')`;
    const text = `TRIM(TRAILING '.0' FROM ${json})`;
    const mantissa = `SUBSTRING_INDEX(${text}, 'e', 1)`;
    const bare = `TRIM(LEADING '0' FROM REPLACE(REPLACE(${mantissa}, '-', ''), '.', ''))`;
    const digits = `TRIM(TRAILING '0' FROM ${bare})`;
    const exponent = `IF(LOCATE('e', ${text}) = 0, 0, SUBSTRING_INDEX(${text}, 'e', -1))`;
    const fraction = `IF(LOCATE('.', ${mantissa}) = 0, 0, LENGTH(${mantissa}) - LOCATE('.', ${mantissa}))`;
    const power = `CAST(${exponent} AS SIGNED) - ${fraction} + LENGTH(${bare}) - LENGTH(${digits})`;
    return `IF(${quoted} IS NULL, NULL, CONCAT(IF(LEFT(${text}, 1) = '-', '-', ''), ${digits}, 'e', ${power}))`;
  },
  target: (quoted) => {
    const text = `${quoted}::float8::text`;
    const mantissa = `split_part(${text}, 'e', 1)`;
    const bare = `ltrim(replace(replace(${mantissa}, '-', ''), '.', ''), '0')`;
    const digits = `rtrim(${bare}, '0')`;
    const exponent = `coalesce(nullif(split_part(${text}, 'e', 2), ''), '0')::int`;
    const fraction = `length(split_part(${mantissa}, '.', 2))`;
    const power = `(${exponent} - ${fraction} + length(${bare}) - length(${digits}))::text`;
    return `CASE WHEN left(${text}, 1) = '-' THEN '-' ELSE '' END || ${digits} || 'e' || ${power}`;
  },
};

export function floatText(target: string): ServerText | null {
  return target === 'real' || target === 'double precision' ? FLOAT_TEXT : null;
}
