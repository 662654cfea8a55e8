import type { DataType } from '../data-type.ts';

/** A type of the source in Python: how it is written, what brings a value to it, and how each server is told of it. */
export interface PythonType {
  /** Without `| None`, which every value may be. */
  readonly hint: string;
  /** `as_int(%, -128, 127)`: % is the value. */
  readonly store: string;
  /** Round a placeholder of MySQL, so that a text is a date there; % is the placeholder. */
  readonly mysql: string;
}

const INTEGERS: Readonly<Record<string, readonly [signed: readonly [string, string], unsigned: string]>> = {
  TINYINT: [['-128', '127'], '255'],
  BOOL: [['-128', '127'], '255'],
  BOOLEAN: [['-128', '127'], '255'],
  SMALLINT: [['-32768', '32767'], '65535'],
  MEDIUMINT: [['-8388608', '8388607'], '16777215'],
  INT: [['-2147483648', '2147483647'], '4294967295'],
  INTEGER: [['-2147483648', '2147483647'], '4294967295'],
  BIGINT: [['-9223372036854775808', '9223372036854775807'], '18446744073709551615'],
  YEAR: [['0', '2155'], '2155'],
};

/** undefined: Python has no counterpart that both servers share. */
export function pythonType(type: DataType): PythonType | undefined {
  const { name, sizes } = type;
  const integer = INTEGERS[name];
  if (integer !== undefined) {
    const [least, greatest] = type.isUnsigned ? ['0', integer[1]] : integer[0];
    return { hint: 'int', store: `as_int(%, ${least}, ${greatest})`, mysql: '%' };
  }
  if (/^(?:DECIMAL|DEC|NUMERIC|FIXED)$/.test(name)) {
    const [precision = 10, scale = 0] = sizes;
    return {
      hint: 'Decimal',
      store: `as_decimal(%, ${precision}, ${scale})`,
      mysql: `CAST(% AS DECIMAL(${precision},${scale}))`,
    };
  }
  if (/FLOAT|DOUBLE|REAL/.test(name)) return { hint: 'float', store: 'as_float(%)', mysql: '(% + 0e0)' };
  if (/CHAR|TEXT|ENUM/.test(name)) return { hint: 'str', store: textStore(type), mysql: '%' };
  if (name === 'DATE') return { hint: 'datetime.date', store: 'as_date(%)', mysql: 'CAST(% AS DATE)' };
  if (name === 'DATETIME' || name === 'TIMESTAMP') {
    const [digits = 0] = sizes;
    return { hint: 'datetime.datetime', store: `as_moment(%, ${digits})`, mysql: `CAST(% AS DATETIME(${digits}))` };
  }
  if (name === 'TIME') return { hint: 'datetime.timedelta', store: 'as_time(%)', mysql: 'CAST(% AS TIME)' };
  return name === 'JSON' ? { hint: 'str', store: 'as_json(%)', mysql: 'CAST(% AS JSON)' } : undefined;
}

function textStore({ name, sizes }: DataType): string {
  const [size = name === 'CHAR' || name === 'CHARACTER' ? 1 : undefined] = sizes;
  return /CHAR/.test(name) && size !== undefined ? `as_text(%, ${size})` : 'as_text(%)';
}

const KEYWORDS = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if
   import in is lambda nonlocal not or pass raise return try while with yield db using results result error id row
   Decimal datetime self`.split(/\s+/),
);

/** A name as Python writes it; what Python or we ourselves use gets an underscore behind it. */
export function pythonName(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/\W/g, '_')
    .replace(/^(?=\d)/, '_');
  return KEYWORDS.has(plain) || /^(?:as_|n_)/.test(plain) ? `${plain}_` : plain;
}

/** A string of Python on one line, in the quotes that need fewer backslashes. */
export function pythonString(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  const count = (quote: string): number => escaped.split(quote).length - 1;
  return count('"') > count("'") ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped.replaceAll('"', '\\"')}"`;
}
