/** A name as PostgreSQL reads it literally, whatever characters it holds. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string constant for a session with standard_conforming_strings on (set by connectPostgres). */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Schema and name of a target table. */
export interface TargetName {
  readonly schema: string;
  readonly table: string;
}

export function quoteTable(name: TargetName): string {
  return `${quoteIdent(name.schema)}.${quoteIdent(name.table)}`;
}

/** An array in PostgreSQL's text form, as a parameter of type text[]. */
export function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
