import type { DataType } from '../data-type.ts';
import type { Program, Routine } from '../program.ts';
import { key } from '../table-access.ts';
import { nodesOf } from '../walk.ts';
import type { SampledTable } from './scratch.ts';

/** Literals of both servers: quoted texts, which each reads by the type of the place, and NULL. */
export type Literal = string;

export function literal(value: string | null): Literal {
  return value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
}

/** How many calls of a routine are made at most. */
export interface ArgumentOptions {
  readonly cases: number;
}

/**
 * Lists of values for a routine: for each parameter what the data holds in the column that it is compared with or named
 * for, the literals of the body and their neighbours, the bounds of its type, NULL. One parameter after the other is
 * varied round a first list; then all together, in turns. Every member of an ENUM is among them, however few they may be.
 */
export function argumentLists(
  program: Program,
  tables: readonly SampledTable[],
  { cases }: ArgumentOptions,
): readonly (readonly Literal[])[] {
  const { definition } = program;
  if (definition.tag !== 'procedure' && definition.tag !== 'function') return [];
  const given = definition.parameters.filter(({ mode }) => mode !== 'out');
  if (given.length === 0) return [[]];
  const pools = given.map(({ name, type }) => poolOf(definition, { name: name.text, type }, tables));
  const first = pools.map((pool) => pool[0] ?? 'NULL');
  const isListed = given.some(({ type }) => type.members.length > 0);
  const always = isListed ? [first] : [];
  const lists = isListed ? [] : [first];
  for (const [at, pool] of pools.entries()) {
    const into = given[at]?.type.members.length === 0 ? lists : always;
    for (const value of pool.slice(1)) into.push(first.map((known, place) => (place === at ? value : known)));
  }
  const longest = Math.max(...pools.map((pool) => pool.length));
  for (let turn = 1; turn < longest; turn += 1) lists.push(pools.map((pool) => pool[turn % pool.length] ?? 'NULL'));
  const texts = new Map([...always, ...lists].map((list) => [list.join('\n'), list]));
  const [kept, rest] = [[...texts.values()].slice(0, always.length), [...texts.values()].slice(always.length)];
  return [...kept, ...spread(rest, Math.max(cases - kept.length, 0))];
}

/** Of too many every so-manieth, so that each parameter keeps some. */
function spread<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)] as T);
}

interface Place {
  readonly name: string;
  readonly type: DataType;
}

function poolOf(routine: Routine, place: Place, tables: readonly SampledTable[]): readonly Literal[] {
  const kind = kindOf(place.type.name);
  const { members } = place.type;
  const values = [
    ...members,
    ...(place.type.name === 'SET' ? ['', members.join(',')] : []),
    ...fromData(routine, place.name, tables).filter(FITS[kind]),
    ...fromBody(routine, kind),
    ...BOUNDS[kind],
  ];
  return [...new Set([...values.map(literal), 'NULL'])];
}

type Kind = 'integer' | 'number' | 'double' | 'date' | 'time' | 'text' | 'member' | 'json' | 'other';

function kindOf(type: string): Kind {
  if (/INT|YEAR|BOOL|SERIAL/.test(type)) return 'integer';
  if (/DEC|NUMERIC|FIXED/.test(type)) return 'number';
  if (/FLOAT|DOUBLE|REAL/.test(type)) return 'double';
  if (/^(?:DATE|DATETIME|TIMESTAMP)$/.test(type)) return 'date';
  if (type === 'TIME') return 'time';
  if (/CHAR|TEXT/.test(type)) return 'text';
  if (type === 'ENUM' || type === 'SET') return 'member';
  return type === 'JSON' ? 'json' : 'other';
}

const anything = (): boolean => true;

/** A column of the same name may be of another kind. */
const FITS: Readonly<Record<Kind, (value: string) => boolean>> = {
  integer: (value) => /^-?\d{1,9}$/.test(value),
  number: (value) => /^-?\d+(?:\.\d+)?$/.test(value),
  double: (value) => /^-?\d+(?:\.\d+)?$/.test(value),
  date: (value) => /^[1-9]\d{3}-\d\d-\d\d/.test(value) && !value.includes('-00'),
  time: (value) => /^-?\d\d:\d\d:\d\d/.test(value),
  text: (value) => !value.includes('\\'),
  member: () => false,
  json: anything,
  other: anything,
};

/** What lies inside every type of its kind: what a type itself refuses is not the program's doing. */
const BOUNDS: Readonly<Record<Kind, readonly string[]>> = {
  integer: ['1', '0', '2', '100'],
  number: ['1.50', '0', '0.01', '99.99'],
  // Halves of even and odd numbers, and what is no half in binary.
  double: ['1.005', '2.5', '50', '0.5', '-2.345', '0', '99.99', '0.145'],
  date: ['2024-02-29', '2023-12-31', '2024-01-01', '1999-06-15'],
  time: ['12:30:45', '-03:30:10', '00:00:00', '26:00:05', '-00:00:01'],
  text: ['a', '', 'a ', 'A', 'b c'],
  member: [],
  json: ['{}', '[1]', '{"a": 1}'],
  other: [],
};

const MAX_FROM_DATA = 4;

/** Values of the columns that the parameter is compared with, else of those that it is named for; and one that is none. */
function fromData(routine: Routine, name: string, tables: readonly SampledTable[]): readonly string[] {
  const compared = nodesOf(routine.body, 'comparison').flatMap(({ left, right }) => {
    const sides = [left, right].map((side) => (side.tag === 'column' ? key(side.parts.at(-1)?.text ?? '') : ''));
    const at = sides.indexOf(key(name));
    return at < 0 ? [] : [sides[1 - at] ?? ''];
  });
  const plain = key(name).replace(/^(?:in|p|i|v|arg|par|param)_/, '');
  for (const wanted of [...compared, plain, key(name)]) {
    const found = tables.flatMap((table) => valuesOf(table, wanted));
    if (found.length > 0) return spread([...new Set(found)], MAX_FROM_DATA);
  }
  return [];
}

function valuesOf({ columns, rows }: SampledTable, name: string): readonly string[] {
  const at = columns.findIndex((column) => key(column.name) === name);
  if (at < 0 || /blob|binary|bit|json|geometry/.test(columns[at]?.type ?? '')) return [];
  return rows.flatMap((row) => row[at] ?? []);
}

/** Literals of the body with their neighbours: where a branch turns. */
function fromBody(routine: Routine, kind: Kind): readonly string[] {
  if (kind === 'integer' || kind === 'number' || kind === 'double') {
    const numbers = nodesOf(routine.body, 'number').flatMap(({ form, value }) =>
      form === 'float' ? [] : [Number(value)],
    );
    const near = numbers.filter((value) => Math.abs(value) < 1e6).flatMap((value) => [value, value - 1, value + 1]);
    const fitting = near.filter(
      (value) => Math.abs(value) < 100_000 && (kind !== 'integer' || Number.isInteger(value)),
    );
    return [...new Set(fitting)].slice(0, 12).map(String);
  }
  if (kind !== 'text') return [];
  const texts = nodesOf(routine.body, 'string').map(({ value }) => value);
  return [...new Set(texts.filter((text) => text.length <= 20 && !/[\\%]/.test(text)))].slice(0, 8);
}
