import { quoteTable, type TargetName } from '../postgres/quote.ts';
import type { StandingSchema, StandingSequence, StandingTable, StandingView } from '../postgres/standing-schema.ts';
import { diffTable } from './diff-table.ts';
import type { Difference } from './difference.ts';
import { compare } from './inventory.ts';

/** Compares what should stand with what stands, both ways; sorted by schema, relation and object. */
export function diffSchema(expected: StandingSchema, standing: StandingSchema): readonly Difference[] {
  const differences = [
    ...pairs(expected.tables, standing.tables).flatMap(([should, is]) => tableDifferences(should, is)),
    ...pairs(expected.views, standing.views).flatMap(([should, is]) => viewDifferences(should, is)),
    ...pairs(expected.sequences, standing.sequences).flatMap(([should, is]) => sequenceDifferences(should, is)),
  ];
  return differences.sort((a, b) => compare(a.schema, b.schema) || compare(a.relation, b.relation));
}

type Named = { readonly name: TargetName };
type Pair<T> = readonly [expected: T | undefined, standing: T | undefined];

function pairs<T extends Named>(expected: readonly T[], standing: readonly T[]): readonly Pair<T>[] {
  const byName = new Map(standing.map((one) => [quoteTable(one.name), one]));
  const known = new Set(expected.map((one) => quoteTable(one.name)));
  return [
    ...expected.map((one): Pair<T> => [one, byName.get(quoteTable(one.name))]),
    ...standing.filter((one) => !known.has(quoteTable(one.name))).map((one): Pair<T> => [undefined, one]),
  ];
}

function whole(name: TargetName, object: Difference['object'], kind: 'missing' | 'extra'): Difference {
  return { schema: name.schema, relation: name.table, object, name: null, kind, expected: null, standing: null };
}

function tableDifferences(should: StandingTable | undefined, is: StandingTable | undefined): readonly Difference[] {
  if (should === undefined) return is === undefined ? [] : [whole(is.name, 'table', 'extra')];
  return is === undefined ? [whole(should.name, 'table', 'missing')] : diffTable(should, is);
}

function viewDifferences(should: StandingView | undefined, is: StandingView | undefined): readonly Difference[] {
  if (should === undefined) return is === undefined ? [] : [whole(is.name, 'view', 'extra')];
  if (is === undefined) return [whole(should.name, 'view', 'missing')];
  if (should.definition === is.definition) return [];
  return [
    {
      ...whole(should.name, 'view', 'missing'),
      kind: 'different',
      expected: should.definition.trim(),
      standing: is.definition.trim(),
    },
  ];
}

function sequenceDifferences(
  should: StandingSequence | undefined,
  is: StandingSequence | undefined,
): readonly Difference[] {
  if (should === undefined) return is === undefined ? [] : [whole(is.name, 'sequence', 'extra')];
  if (is === undefined) return [whole(should.name, 'sequence', 'missing')];
  const base = whole(should.name, 'sequence', 'missing');
  const texts = { expected: sequenceText(should), standing: sequenceText(is) };
  if (texts.expected !== texts.standing) return [{ ...base, kind: 'different', ...texts }];
  return isBehind(should.next, is.next, should.increment)
    ? [{ ...base, kind: 'behind', expected: should.next, standing: is.next }]
    : [];
}

function sequenceText({ start, least, greatest, increment, isCycling }: StandingSequence): string {
  return `START ${start} MINVALUE ${least} MAXVALUE ${greatest} INCREMENT ${increment}${isCycling ? ' CYCLE' : ''}`;
}

/** True when the sequence would give a number that the source has given already. */
function isBehind(should: string | null, is: string | null, increment: string): boolean {
  if (should === null || is === null) return false;
  return increment.startsWith('-') ? BigInt(is) > BigInt(should) : BigInt(is) < BigInt(should);
}
