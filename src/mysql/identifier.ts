/** An identifier as a statement names it: any name, also with backticks, dots and spaces. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

export interface TableName {
  readonly database: string;
  readonly table: string;
}

/** `database`.`table`. */
export function quoteTable(table: TableName): string {
  return `${quoteIdentifier(table.database)}.${quoteIdentifier(table.table)}`;
}
