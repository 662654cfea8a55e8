import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import type { DataType } from './data-type.ts';
import { key } from './table-access.ts';

/** PostgreSQL cuts a name there, in bytes. */
const MAX_NAME_BYTES = 63;
const LABEL = 'check';

/** As PostgreSQL names the CHECK of a column (makeObjectName): the longer of the two names is cut. */
export function checkName(table: string, column: string): string {
  let [first, second] = [Buffer.byteLength(table), Buffer.byteLength(column)];
  const room = MAX_NAME_BYTES - LABEL.length - 2;
  while (first + second > room) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  return `${cut(table, first)}_${cut(column, second)}_${LABEL}`;
}

/** No character is cut in two. */
function cut(name: string, bytes: number): string {
  return Buffer.from(name)
    .subarray(0, bytes)
    .toString()
    .replace(/\ufffd+$/, '');
}

/** The target's type of these holds more, so that a CHECK stands for the rest. */
export function isNarrower({ name, isUnsigned }: DataType): boolean {
  return isUnsigned || /^(?:TINYINT|INT1|MEDIUMINT|INT3|MIDDLEINT|YEAR)$/.test(name);
}

/**
 * CHECKs of the table's own that have on the target a name like those that stand for types: MariaDB's that are written at
 * a column, and those that are called so.
 */
export function rulesNamedAsTypes(
  { version: { table }, checks }: CatalogueTable,
  types: ReadonlyMap<string, DataType>,
): readonly string[] {
  const ofTypes = new Set(
    [...types].flatMap(([column, type]) =>
      isNarrower(type) || type.members.length > 0 ? [key(checkName(table, column))] : [],
    ),
  );
  return checks
    .map(({ isOfColumn, name }) => (isOfColumn ? checkName(table, name) : name))
    .filter((name) => name.startsWith(`${table}_`) && name.endsWith(`_${LABEL}`) && !ofTypes.has(key(name)));
}
