import type { Name } from '../sql/expression.ts';
import { quoteName } from '../sql/fragment.ts';
import type { Assignment, Insert, Update } from '../sql/statement.ts';
import type { KnownTable } from './catalogue.ts';
import { type Emitter, NotConverted } from './emitter.ts';
import { key } from './table-access.ts';

/** A change without its LAST_INSERT_ID(expr), and the column whose new value LAST_INSERT_ID() gives behind it. */
export interface GivenNumber<Of> {
  readonly node: Of;
  /** As the target has it. */
  readonly column: string;
}

/** `UPDATE counter SET n = LAST_INSERT_ID(n + 1)`, of one table; undefined where no value is given so. */
export function givenByUpdate(emitter: Emitter, node: Update): GivenNumber<Update> | undefined {
  const { found, list } = withoutGiving(node.assignments);
  if (found === undefined) return undefined;
  const [base] = node.tables;
  if (node.tables.length > 1 || base?.tag !== 'base')
    throw new NotConverted('LAST_INSERT_ID', 'LAST_INSERT_ID(expr) in an UPDATE of several tables', ADVICE);
  noteOutside(emitter, node);
  return { node: { ...node, assignments: list }, column: columnSql(emitter.table(base.name.parts), found) };
}

/** `ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)`: the number of the row, new or not. */
export function givenByInsert(emitter: Emitter, node: Insert, table: KnownTable): GivenNumber<Insert> | undefined {
  const { found, list } = withoutGiving(node.onDuplicate ?? []);
  if (found === undefined) return undefined;
  if (node.source.tag === 'query' || key(found.text) !== key(table.autoIncrement ?? ''))
    throw new NotConverted('LAST_INSERT_ID', 'LAST_INSERT_ID(expr) of another column than the number', ADVICE);
  noteOutside(emitter, node);
  return { node: { ...node, onDuplicate: list }, column: columnSql(table, found) };
}

function columnSql(table: KnownTable | undefined, { text }: Name): string {
  return table?.shape.columns.find(({ name }) => key(name) === key(text))?.sql ?? quoteName(text);
}

const ADVICE = 'Read the value by RETURNING.';

/** Nobody outside the program can ask for it. */
function noteOutside(emitter: Emitter, node: Update | Insert): void {
  if (emitter.asks('LAST_INSERT_ID') || emitter.sharesNumber) return;
  emitter.note('review', node, [
    'LAST_INSERT_ID',
    'the number that LAST_INSERT_ID(expr) keeps is not read in the program',
    'Give it to the caller as an OUT parameter: on the target no session keeps it.',
  ]);
}

function withoutGiving(assignments: readonly Assignment[]): {
  readonly found: Name | undefined;
  readonly list: readonly Assignment[];
} {
  let found: Name | undefined;
  const list = assignments.map((one) => {
    const { value } = one;
    const [given, more] = value.tag === 'call' && value.upper === 'LAST_INSERT_ID' ? value.args : [];
    if (given === undefined || more !== undefined) return one;
    found = one.column.at(-1);
    return { ...one, value: given };
  });
  return { found, list };
}
