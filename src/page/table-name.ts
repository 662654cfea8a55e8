interface Named {
  readonly database: string;
  readonly table: string;
}

export function nameOf({ database, table }: Named): string {
  return `${database}.${table}`;
}

/** Without the database where all are of one. */
export function shortNames(tables: readonly Named[]): (table: Named) => string {
  const isOne = new Set(tables.map(({ database }) => database)).size <= 1;
  return (table) => (isOne ? table.table : nameOf(table));
}
