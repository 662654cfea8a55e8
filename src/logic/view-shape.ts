import { quoteName } from '../sql/fragment.ts';
import { emptyScope, type TableColumn } from '../sql/scope.ts';
import { columnsOfQuery, translateQuery } from '../sql/translate.ts';
import type { Catalogue, KnownTable } from './catalogue.ts';
import type { Program, View } from './program.ts';
import { key } from './table-access.ts';

/**
 * The catalogue with the views among the programs, as tables that are read: those that are made on the target, of which
 * nothing is to be looked at, each after those that it stands on.
 */
export function withViews(catalogue: Catalogue, programs: readonly Program[]): Catalogue {
  const views = programs.flatMap((program) =>
    program.definition.tag === 'view' ? [{ program, view: program.definition }] : [],
  );
  const found = new Map<string, KnownTable>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    const known = catalogue.with(found);
    for (const { program, view } of views) {
      const name = view.name.parts.at(-1)?.text ?? '';
      const columns = found.has(key(name)) ? undefined : columnsOf(program, view, known);
      if (columns !== undefined) found.set(key(name), shapeOf(name, columns));
    }
  }
  return found.size === 0 ? catalogue : catalogue.with(found);
}

function columnsOf({ dialect, lexed }: Program, view: View, catalogue: Catalogue): readonly TableColumn[] | undefined {
  const { query } = view;
  if (query.tag !== 'query') return undefined;
  const scope = {
    ...emptyScope(dialect),
    table: (parts: Parameters<Catalogue['table']>[0]) => catalogue.table(parts)?.shape,
    isUnsignedChecked: true,
    orderCollation: catalogue.orderCollation,
  };
  const { findings, sql } = translateQuery(query, scope, lexed.text);
  if (sql === undefined || findings.some(({ severity }) => severity !== 'note')) return undefined;
  const columns = columnsOfQuery(query, scope, lexed.text);
  return columns?.map(({ name, type, members }, at) => {
    const own = view.columns[at]?.text ?? name;
    return { name: own, sql: quoteName(own), type, ...(members && { members }) };
  });
}

function shapeOf(name: string, columns: readonly TableColumn[]): KnownTable {
  return {
    shape: { sql: quoteName(name), columns, key: [] },
    uniques: [],
    autoIncrement: undefined,
    cascades: [],
    references: new Set(),
    sourceTypes: new Map(),
    rules: [],
    isView: true,
  };
}
