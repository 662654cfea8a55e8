import type { Expression, Name } from '../sql/expression.ts';
import type { Insert, Update } from '../sql/statement.ts';
import type { KnownTable } from './catalogue.ts';
import type { Emitter } from './emitter.ts';
import { basesOf } from './item-type.ts';
import { key } from './table-access.ts';

/** What goes into a column by its name. */
type Given = readonly [column: string, value: Expression];

/**
 * Tells where a parameter goes into a text of a foreign key: the source finds the row that it names without regard to
 * case, the target by its very characters.
 */
export function noteTextReference(emitter: Emitter, node: Insert | Update): void {
  const tables = node.tag === 'insert' ? [node.table] : basesOf(node.tables).map(({ name }) => name);
  for (const { parts } of tables) {
    const table = emitter.table(parts);
    if (table === undefined) continue;
    const texts = new Set(textReferences(emitter, table));
    const found = givenBy(node, table).find(([column, value]) => texts.has(key(column)) && isParameter(emitter, value));
    if (found === undefined) continue;
    emitter.note('review', node, [
      'KEY_CASE',
      `the row that ${found[0]} names is found without regard to case on the source`,
      'Give the text as the other table has it, or make both columns citext: the target refuses it in other letters.',
    ]);
  }
}

function textReferences({ context }: Emitter, { shape, references }: KnownTable): readonly string[] {
  const columns = shape.columns.filter(
    ({ type, members }) => type.kind === 'text' && members === undefined && (type.rule ?? context.textRule) === 'lower',
  );
  return columns.map(({ name }) => key(name)).filter((name) => references.has(name));
}

function givenBy(node: Insert | Update, { shape }: KnownTable): readonly Given[] {
  if (node.tag === 'update') return node.assignments.map(({ column, value }) => [nameOf(column), value]);
  const { source } = node;
  if (source.tag === 'set') return source.assignments.map(({ column, value }) => [nameOf(column), value]);
  if (source.tag !== 'rows') return [];
  const names = node.columns.length === 0 ? shape.columns.map(({ name }) => name) : node.columns.map(nameOf);
  return source.rows.flatMap((row) => row.map((value, at): Given => [names[at] ?? '', value]));
}

function nameOf(parts: readonly Name[]): string {
  return parts.at(-1)?.text ?? '';
}

function isParameter({ program: { definition } }: Emitter, value: Expression): boolean {
  if (value.tag !== 'column' || value.parts.length !== 1 || !('parameters' in definition)) return false;
  const [name] = value.parts;
  return definition.parameters.some((one) => key(one.name.text) === key(name?.text ?? ''));
}
