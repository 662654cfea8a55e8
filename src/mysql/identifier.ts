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

/** An account as a statement names it: `'sluice'@'%'`. */
export function quoteAccount(user: string, host: string): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return `${quote(user)}@${quote(host)}`;
}
