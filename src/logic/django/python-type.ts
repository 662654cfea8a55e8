import type { DataType } from '../data-type.ts';

/** A type of the source in Python: how it is written, what brings a value to it, and how each server is told of it. */
export interface PythonType {
  /** Without `| None`, which every value may be. */
  readonly hint: string;
  /** The function of the run time that brings a value to it: `as_int`; undefined where it stays as it is. */
  readonly by: string | undefined;
  /** What stands behind the value there: `-128`, `127`. */
  readonly limits: readonly string[];
  /** Round a placeholder of MySQL, so that a text is a date there; % is the placeholder. */
  readonly mysql: string;
}

/** A type of which nothing is known: that of a user variable. */
export const ANY: PythonType = { hint: 'Any', by: undefined, limits: [], mysql: '%' };

/** A Python variable as SQL takes it: no driver writes a length of time below zero so that a server reads it again. */
export function placed({ by }: PythonType, python: string): string {
  return by === 'as_time' ? `as_clock(${python})` : python;
}

/** A Python expression brought to a type. */
export function stored({ by, limits }: PythonType, code: string): string {
  return by === undefined ? code : `${by}(${[code, ...limits].join(', ')})`;
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
};

type Made = Omit<PythonType, 'limits'> & { readonly limits?: readonly string[] };

/** undefined: Python has no counterpart that both servers share. Without strict mode what does not fit is cut. */
export function pythonType(type: DataType, isStrict = true): PythonType | undefined {
  const made = numberType(type) ?? textType(type) ?? timeType(type);
  if (made === undefined) return undefined;
  const { limits = [] } = made;
  const isCut = !isStrict && CUT.has(made.by ?? '');
  return { ...made, limits: isCut ? [...limits, 'is_strict=False'] : limits };
}

/** What brings a value to its type by cutting it, too. */
const CUT = new Set(['as_int', 'as_year', 'as_decimal', 'as_text', 'as_char', 'as_member', 'as_set']);

function numberType({ name, sizes, isUnsigned }: DataType): Made | undefined {
  const integer = INTEGERS[name];
  if (integer !== undefined) {
    const limits = isUnsigned ? ['0', integer[1]] : integer[0];
    return { hint: 'int', by: 'as_int', limits, mysql: isUnsigned ? UNSIGNED_VALUE : '%' };
  }
  if (name === 'YEAR') return { hint: 'int', by: 'as_year', mysql: UNSIGNED_VALUE };
  const unsigned = isUnsigned ? ['is_unsigned=True'] : [];
  if (/^(?:DECIMAL|DEC|NUMERIC|FIXED)$/.test(name)) {
    const [precision = 10, scale = 0] = sizes;
    const limits = [String(precision), String(scale), ...unsigned];
    return { hint: 'Decimal', by: 'as_decimal', limits, mysql: `CAST(% AS DECIMAL(${precision},${scale}))` };
  }
  if (!/FLOAT|DOUBLE|REAL/.test(name)) return undefined;
  const [bits = 0, digits] = sizes;
  // (7,2) rounds and is printed with two digits, which no type of Python has.
  if (digits !== undefined) return undefined;
  const isSingle = name.startsWith('FLOAT') && name !== 'FLOAT8' && bits <= 24;
  if (isSingle) return { hint: 'float', by: 'as_single', limits: unsigned, mysql: 'CAST(% AS FLOAT)' };
  return { hint: 'float', by: 'as_float', limits: unsigned, mysql: '(% + 0e0)' };
}

/** Beside it MySQL counts without a sign. */
export const UNSIGNED_VALUE = 'CAST(% AS UNSIGNED)';

function textType({ name, sizes, members }: DataType): Made | undefined {
  if (name === 'ENUM' || name === 'SET') {
    const list = `[${members.map(pythonString).join(', ')}]`;
    return { hint: 'str', by: name === 'ENUM' ? 'as_member' : 'as_set', limits: [list], mysql: '%' };
  }
  if (!/CHAR|TEXT/.test(name)) return undefined;
  const isPadded = name === 'CHAR' || name === 'CHARACTER' || name === 'NCHAR';
  const [size = isPadded ? 1 : undefined] = /CHAR/.test(name) ? sizes : [];
  const limits = size === undefined ? [] : [String(size)];
  return { hint: 'str', by: isPadded ? 'as_char' : 'as_text', limits, mysql: '%' };
}

function timeType({ name, sizes: [digits = 0] }: DataType): Made | undefined {
  if (name === 'DATE') return { hint: 'datetime.date', by: 'as_date', mysql: 'CAST(% AS DATE)' };
  if (name === 'DATETIME' || name === 'TIMESTAMP')
    return {
      ...{ hint: 'datetime.datetime', by: 'as_moment', limits: [String(digits)] },
      mysql: `CAST(% AS DATETIME(${digits}))`,
    };
  if (name === 'TIME') {
    const limits = digits === 0 ? [] : [String(digits)];
    return {
      hint: 'datetime.timedelta',
      by: 'as_time',
      limits,
      mysql: `CAST(% AS TIME${digits === 0 ? '' : `(${digits})`})`,
    };
  }
  return name === 'JSON' ? { hint: 'str', by: 'as_json', mysql: 'CAST(% AS JSON)' } : undefined;
}

const KEYWORDS = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if
   import in is lambda nonlocal not or pass raise return try while with yield db using results result error id row
   Decimal datetime self`.split(/\s+/),
);

/** What Python has without import, and what the module and its services call by a name of their own. */
const TAKEN = new Set(
  `abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright
   credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash
   help hex id input int isinstance issubclass iter len license list locals map max memoryview min next object oct open
   ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type
   vars zip annotations dataclass field jump undone found found_rows row_count last_insert_id number_given rows rows_given matches
   error_message error_number error_state steps row_key`.split(/\s+/),
);

/** A name of a variable or a service; what Python or we ourselves use gets an underscore behind it. */
export function pythonName(text: string): string {
  const plain = fieldName(text);
  const isOurs = /^(?:called_|arg_\d+$|error_\d+$)|_cursor$/.test(plain);
  return TAKEN.has(plain) || isOurs ? `${plain}_` : plain;
}

/** A name behind a point, which hides nothing of Python's but its keywords. */
export function fieldName(text: string): string {
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

/** Text inside a docstring: a name may hold what would end it. */
export function docText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/\p{Cc}/gu, ' ');
}
