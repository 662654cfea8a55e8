/** Begins the names of scratch databases and schemas: nothing else is ever written. */
export const SCRATCH = 'sluice_test_';

/** A table as both scratch places hold it: the columns that both have, and the rows that were copied. */
export interface SampledTable {
  readonly name: string;
  readonly columns: readonly SampledColumn[];
  /** Texts of the source, in the order of the columns; null for NULL. Bytes are hexadecimal digits. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly key: readonly string[];
  /** The source holds more rows than were copied. */
  readonly isPart: boolean;
}

export interface SampledColumn {
  readonly name: string;
  /** As information_schema of the source has it: `int unsigned`, `varchar(20)`. */
  readonly type: string;
  readonly isNullable: boolean;
  /** Its target column is a list of texts, as that of a SET. */
  readonly isList?: boolean;
}
