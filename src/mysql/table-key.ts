/** One text for a table of a database, whatever characters both have: key of maps. */
export function tableKey(database: string, table: string): string {
  return `${database}\0${table}`;
}
