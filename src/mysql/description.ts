import type { Cascade, Column, ColumnType, TableVersion } from '../contract/table.ts';
import { tableVersion } from '../contract/table.ts';

/**
 * What the catalogue knows of a table, by column names: all that an event does not tell of itself (protocols 1). The
 * binlog reader joins it with the table map of an event, the snapshot with the catalogue's own columns, through the one
 * function below, so that one table has one fingerprint on both ways (INV-40).
 */
export interface TableDescription {
  readonly database: string;
  readonly table: string;
  readonly columns: readonly DescribedColumn[];
  /** Names of the key's columns: of the primary key, else of a unique NOT NULL key; empty without a usable key. */
  readonly key: readonly string[];
  /** Every other unique key whose parts are all columns, sorted by index name. */
  readonly uniques: readonly (readonly string[])[];
  /** Foreign keys of other tables that act on their rows when a row here goes or changes. */
  readonly cascades: readonly Cascade[];
}

export interface DescribedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly isGenerated: boolean;
  /** False where no image of an UPDATE or DELETE has its value (Server.isGeneratedLogged). */
  readonly isLogged: boolean;
  /** COLUMN_TYPE: `varchar(40)`, `bigint(20) unsigned`; `json` also for MariaDB's, which is a longtext there. */
  readonly columnType: string;
}

/** A column as an event's table map tells it, or as the catalogue does. */
export interface NamedType {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/**
 * The version of a table whose columns are `columns`, with what `description` adds. A key or unique key that names a
 * column which is not there (the catalogue is newer than the event) is left out: then `primaryKey`, which the event
 * itself tells, is the key.
 */
export function describedVersion(
  description: TableDescription,
  columns: readonly NamedType[],
  primaryKey: readonly string[] = [],
): TableVersion {
  const indexOf = new Map(columns.map((column, i) => [column.name, i]));
  const indexes = (names: readonly string[]) => names.map((name) => indexOf.get(name) ?? -1);
  const isWhole = (key: readonly number[]) => key.length > 0 && !key.includes(-1);
  const described = new Map(description.columns.map((column) => [column.name, column]));
  const key = [primaryKey, description.key].map(indexes).find(isWhole) ?? [];
  const uniques = description.uniques.map(indexes).filter(isWhole);
  return tableVersion({
    database: description.database,
    table: description.table,
    columns: columns.map((column) => versionColumn(column, described.get(column.name))),
    key,
    uniques: uniques.filter((unique) => String(unique) !== String(key)),
    cascades: description.cascades,
  });
}

/** Property order matters: the fingerprint is JSON text. */
function versionColumn({ name, type, nullable }: NamedType, described: DescribedColumn | undefined): Column {
  if (!described?.isGenerated) return { name, type, nullable };
  const generated = { name, type, nullable, generated: true };
  return described.isLogged ? generated : { ...generated, unlogged: true };
}
