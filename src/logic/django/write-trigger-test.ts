import type { Catalogue } from '../catalogue.ts';
import type { DataType } from '../data-type.ts';
import { argumentLists } from '../differential/argument.ts';
import type { Program, Routine, Trigger } from '../program.ts';
import { key } from '../table-access.ts';
import { pythonString } from './python-type.ts';
import { pythonValue } from './python-value.ts';
import { PythonWriter } from './python-writer.ts';
import type { MovedTable } from './trigger-home.ts';
import { declaredRows, rowColumns } from './trigger-row.ts';

/** Cases of each trigger at most. */
const CASES = 8;

/** Tests of triggers that run in Python: that something sets each off, and that each runs with any row. */
export function triggerTests(tables: readonly MovedTable[], catalogue: Catalogue): readonly string[] {
  if (tables.length === 0) return [];
  const out = new PythonWriter();
  out.line('class TriggerTest(Called):');
  out.deeper(() => {
    out.line('def test_wired(self) -> None:');
    out.deeper(() => {
      out.line('"""Each table with triggers has a model that sets them off."""');
      out.line('self.assertEqual(wired(), [])');
    });
    for (const { program, python } of tables.flatMap(({ triggers }) => triggers)) {
      out.line('');
      out.line(`def test_${python}(self) -> None:`);
      out.deeper(() => {
        for (const rows of rowsOf(program, catalogue)) writeCall(out, python, rows);
      });
    }
  });
  return ['', '', ...out.lines];
}

type PythonRow = readonly (readonly [column: string, value: string])[];

/** Rows with the bounds of their columns and the literals of the body. */
function rowsOf(program: Program, catalogue: Catalogue): readonly (readonly PythonRow[])[] {
  const node = program.definition as Trigger;
  const types = catalogue.table(node.table.parts)?.sourceTypes;
  const fields = rowColumns(node).flatMap(([row, column]) => {
    const type = types?.get(column);
    return type === undefined ? [] : [{ row, column, type }];
  });
  const parameters = fields.map(({ column, type }) => ({
    ...{ mode: 'in', name: { text: column, isQuoted: false, start: 0, end: 0 }, type, initial: undefined },
    ...{ start: 0, end: 0 },
  })) as Routine['parameters'];
  const definition = { ...node, tag: 'procedure', parameters } as unknown as Routine;
  const valueAt = (list: readonly string[], at: number, type: DataType): string =>
    pythonValue(list[at] ?? 'NULL', type);
  return argumentLists({ ...program, definition }, [], { cases: CASES }).map((list) =>
    declaredRows(node).map((row) =>
      fields.flatMap((field, at) =>
        field.row === row ? [[key(field.column), valueAt(list, at, field.type)] as const] : [],
      ),
    ),
  );
}

function writeCall(out: PythonWriter, python: string, rows: readonly PythonRow[]): void {
  out.line('self.called(');
  out.deeper(() => {
    out.line(`triggers.${python},`);
    out.line('[');
    out.deeper(() => {
      for (const row of rows) {
        if (row.length === 0) out.line('{},');
        else {
          out.line('{');
          out.deeper(() => {
            for (const [column, value] of row) out.line(`${pythonString(column)}: ${value},`);
          });
          out.line('},');
        }
      }
    });
    out.line('],');
  });
  out.line(')');
}
