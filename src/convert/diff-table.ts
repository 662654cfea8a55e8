import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import type {
  StandingCheck,
  StandingColumn,
  StandingForeignKey,
  StandingIndex,
  StandingTable,
  StandingTrigger,
} from '../postgres/standing-schema.ts';
import type { Difference, DifferentObject } from './difference.ts';

/** Differences of one table that stands on both sides. */
export function diffTable(should: StandingTable, is: StandingTable): readonly Difference[] {
  const make = maker(should);
  return [
    ...values(make, 'comment', null, should.comment, is.comment),
    ...columns(should.columns, is.columns, make),
    ...parts({ object: 'primary-key', text: keyText, make }, keys(should), keys(is)),
    ...parts({ object: 'index', text: indexText, make }, secondary(should), secondary(is)),
    ...indexComments(should, is, make),
    ...parts({ object: 'check', text: checkText, make }, should.checks, is.checks),
    ...parts({ object: 'foreign-key', text: foreignKeyText, make }, should.foreignKeys, is.foreignKeys),
    ...parts({ object: 'trigger', text: triggerText, make }, should.triggers, is.triggers),
  ];
}

type Make = (
  object: DifferentObject,
  name: string | null,
  kind: Difference['kind'],
  texts: { readonly expected?: string | null; readonly standing?: string | null },
) => Difference;

function maker({ name: { schema, table } }: StandingTable): Make {
  return (object, name, kind, { expected = null, standing = null }) => {
    return { schema, relation: table, object, name, kind, expected, standing };
  };
}

function columns(should: readonly StandingColumn[], is: readonly StandingColumn[], make: Make): Difference[] {
  const standing = new Map(is.map((column) => [column.name, column]));
  const known = new Set(should.map(({ name }) => name));
  return [
    ...should.flatMap((column) => {
      const found = standing.get(column.name);
      return found === undefined
        ? [make('column', column.name, 'missing', { expected: column.type })]
        : columnDifferences(column, found, make);
    }),
    ...is
      .filter(({ name }) => !known.has(name))
      .map((column) => make('column', column.name, 'extra', { standing: column.type })),
  ];
}

function columnDifferences(should: StandingColumn, is: StandingColumn, make: Make): Difference[] {
  const { name } = should;
  const required = (column: StandingColumn) => (column.isNotNull ? 'NOT NULL' : 'NULL');
  const identity = (column: StandingColumn) => (column.isIdentity ? 'an identity' : 'no identity');
  return [
    ...values(make, 'type', name, should.type, is.type),
    ...values(make, 'nullability', name, required(should), required(is)),
    ...values(make, 'default', name, should.default, is.default),
    ...values(make, 'generated', name, should.generated, is.generated),
    ...values(make, 'identity', name, identity(should), identity(is)),
    ...values(make, 'comment', name, should.comment, is.comment),
    ...position(should, is, make),
  ];
}

function position(should: StandingColumn, is: StandingColumn, make: Make): Difference[] {
  if (should.next === null || is.next === null || BigInt(is.next) >= BigInt(should.next)) return [];
  return [make('position', should.name, 'behind', { expected: should.next, standing: is.next })];
}

function values(
  make: Make,
  object: DifferentObject,
  name: string | null,
  expected: string | null,
  standing: string | null,
): Difference[] {
  return expected === standing ? [] : [make(object, name, 'different', { expected, standing })];
}

interface PartKind<T> {
  readonly object: DifferentObject;
  /** All that matters but the name. */
  readonly text: (part: T) => string;
  readonly make: Make;
}

/** By name; what has no partner of its name but one that is the same under another name is no difference. */
function parts<T extends { readonly name: string }>(
  { object, text, make }: PartKind<T>,
  should: readonly T[],
  is: readonly T[],
): Difference[] {
  const byName = new Map(is.map((part) => [part.name, part]));
  const named = new Set(should.map(({ name }) => name));
  const spare = is.filter(({ name }) => !named.has(name));
  const differences: Difference[] = [];
  for (const part of should) {
    const found = byName.get(part.name);
    if (found !== undefined) differences.push(...values(make, object, part.name, text(part), text(found)));
    else if (!takeSame(spare, text(part), text)) {
      differences.push(make(object, part.name, 'missing', { expected: text(part) }));
    }
  }
  return [...differences, ...spare.map((part) => make(object, part.name, 'extra', { standing: text(part) }))];
}

function takeSame<T>(spare: T[], wanted: string, text: (part: T) => string): boolean {
  const at = spare.findIndex((part) => text(part) === wanted);
  if (at >= 0) spare.splice(at, 1);
  return at >= 0;
}

function keys({ indexes }: StandingTable): readonly StandingIndex[] {
  return indexes.filter(({ isPrimary }) => isPrimary);
}

function secondary({ indexes }: StandingTable): readonly StandingIndex[] {
  return indexes.filter(({ isPrimary }) => !isPrimary);
}

function indexComments(should: StandingTable, is: StandingTable, make: Make): Difference[] {
  const standing = new Map(is.indexes.map((index) => [index.name, index.comment]));
  return should.indexes.flatMap(({ name, comment }) => {
    const found = standing.get(name);
    return found === undefined ? [] : values(make, 'comment', name, comment, found);
  });
}

function keyText({ parts: columnsOf }: StandingIndex): string {
  return `(${columnsOf.join(', ')})`;
}

function indexText({ isUnique, isValid, method, parts: columnsOf, predicate }: StandingIndex): string {
  const where = predicate === null ? '' : ` WHERE ${predicate}`;
  return `${isUnique ? 'UNIQUE ' : ''}${method} (${columnsOf.join(', ')})${where}${isValid ? '' : ' INVALID'}`;
}

function checkText({ expression, isValid }: StandingCheck): string {
  return `${expression}${isValid ? '' : ' NOT VALID'}`;
}

function foreignKeyText(key: StandingForeignKey): string {
  const list = (names: readonly string[]) => names.map(quoteIdent).join(', ');
  const actions = `ON DELETE ${key.onDelete} ON UPDATE ${key.onUpdate}`;
  const valid = key.isValid ? '' : ' NOT VALID';
  return `(${list(key.columns)}) REFERENCES ${quoteTable(key.parent)} (${list(key.parentColumns)}) ${actions}${valid}`;
}

const ENABLED: Readonly<Record<string, string>> = { O: '', D: 'DISABLED ', R: 'REPLICA ', A: 'ALWAYS ' };

function triggerText({ enabled, body }: StandingTrigger): string {
  return `${ENABLED[enabled] ?? ''}${body.trim()}`;
}
