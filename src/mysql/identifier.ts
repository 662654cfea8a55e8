/** An identifier as a statement names it: any name, also with backticks, dots and spaces. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** `database`.`table`. */
export function quoteTable(table: { readonly database: string; readonly table: string }): string {
  return `${quoteIdentifier(table.database)}.${quoteIdentifier(table.table)}`;
}
