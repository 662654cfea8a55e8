/** What of `sql_mode` changes how a text is read or a row is written; a stored program is read under the mode it was created with. */
export interface SqlMode {
  /** `"x"` is an identifier, not a string. */
  readonly hasAnsiQuotes: boolean;
  /** `||` joins strings; else it is OR. */
  readonly hasPipesAsConcat: boolean;
  /** A backslash in a string is a character like any other. */
  readonly hasNoBackslashEscapes: boolean;
  /** Blanks may stand between the name of a built-in function and its parenthesis. */
  readonly hasIgnoreSpace: boolean;
  /** NOT binds like `!`. */
  readonly hasHighNotPrecedence: boolean;
  /** A statement that writes fails at a division by 0; without strict mode it only warns. */
  readonly isDivisionChecked: boolean;
  /** A statement that writes fails where a value does not fit. */
  readonly isStrict: boolean;
  /** A difference of unsigned numbers may be negative. */
  readonly hasNoUnsignedSubtraction: boolean;
  /** A CHAR is read with the blanks that fill it. */
  readonly hasPaddedChar: boolean;
  /** 0 in an AUTO_INCREMENT column stays 0. */
  readonly hasNoAutoValueOnZero: boolean;
}

/** Modes that stand for several others (MySQL: ANSI; MariaDB: the rest too). */
const COMBINED = new Set(['ANSI', 'ORACLE', 'DB2', 'MAXDB', 'MSSQL', 'POSTGRESQL']);

/** Reads the value of `@@sql_mode`. Unknown words are left out: they change nothing in reading. */
export function sqlMode(value: string): SqlMode {
  const words = new Set(
    value
      .toUpperCase()
      .split(',')
      .map((word) => word.trim()),
  );
  const isCombined = [...words].some((word) => COMBINED.has(word));
  const isStrict = ['STRICT_TRANS_TABLES', 'STRICT_ALL_TABLES', 'TRADITIONAL'].some((word) => words.has(word));
  return {
    hasAnsiQuotes: isCombined || words.has('ANSI_QUOTES'),
    hasPipesAsConcat: isCombined || words.has('PIPES_AS_CONCAT'),
    hasNoBackslashEscapes: words.has('NO_BACKSLASH_ESCAPES'),
    hasIgnoreSpace: isCombined || words.has('IGNORE_SPACE'),
    hasHighNotPrecedence: words.has('HIGH_NOT_PRECEDENCE'),
    isStrict,
    isDivisionChecked: words.has('TRADITIONAL') || (isStrict && words.has('ERROR_FOR_DIVISION_BY_ZERO')),
    hasNoUnsignedSubtraction: words.has('NO_UNSIGNED_SUBTRACTION'),
    hasPaddedChar: words.has('PAD_CHAR_TO_FULL_LENGTH'),
    hasNoAutoValueOnZero: words.has('NO_AUTO_VALUE_ON_ZERO'),
  };
}
