import type { Catalogue, KnownTable } from '../catalogue.ts';
import { checkName, isNarrower } from '../check-name.ts';
import type { DataType } from '../data-type.ts';
import { key } from '../table-access.ts';
import type { AppFile } from './app-file.ts';
import { pythonString } from './python-type.ts';

/**
 * The names of the CHECKs that the target has for types of columns: a member that is none, and a number outside its type,
 * are other errors on the source than a CHECK of the table's own.
 */
export function typeCheckFile(catalogue: Catalogue): AppFile {
  const members = namesOf(catalogue, ({ members }) => members.length > 0);
  const ranges = namesOf(catalogue, isNarrower);
  const text = `"""CHECKs of the target that stand for types of columns, by their names."""

from __future__ import annotations

# Of ENUM and SET: a text that is no member is 1265 on MySQL.
${setText('MEMBERS', members)}
# Of numbers: one outside its type is 1264 on MySQL.
${setText('RANGES', ranges)}`;
  return { path: 'type_checks.py', text };
}

function setText(name: string, values: readonly string[]): string {
  if (values.length === 0) return `${name}: frozenset[str] = frozenset()\n`;
  const lines = values.map((value) => `        ${pythonString(value)},\n`);
  return `${name}: frozenset[str] = frozenset(\n    {\n${lines.join('')}    }\n)\n`;
}

function namesOf(catalogue: Catalogue, isWanted: (type: DataType) => boolean): readonly string[] {
  return [...new Set(catalogue.all().flatMap((table) => checkNames(table, isWanted)))].toSorted();
}

function checkNames({ shape, sourceTypes }: KnownTable, isWanted: (type: DataType) => boolean): readonly string[] {
  return shape.columns.flatMap(({ name, sql }) => {
    const type = sourceTypes.get(key(name));
    return type !== undefined && isWanted(type) ? [checkName(unquoted(shape.sql), unquoted(sql))] : [];
  });
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
