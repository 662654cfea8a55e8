import type { Expression } from '../sql/expression.ts';
import { ownDecimal } from '../sql/own-digits.ts';
import { translateExpression } from '../sql/translate.ts';
import { TEXT, type ValueType } from '../sql/value-type.ts';
import type { Emitter } from './emitter.ts';
import { typesOfItems } from './item-type.ts';
import { pgType, SERVER_TYPES } from './pg-type.ts';
import { key } from './table-access.ts';
import type { Variable } from './variable-book.ts';
import { nodesOf } from './walk.ts';

/** A user variable: its type holds all that the program puts into it, of which `type` comes first. */
export function userVariable(emitter: Emitter, name: string, type: ValueType): Variable {
  const known = emitter.book.find(`@${name}`);
  if (known !== undefined) return known;
  declare(emitter, name, type);
  const widest = widestType(emitter, name, type);
  if (widest.kind !== type.kind) noteChanging(emitter, name);
  return declare(emitter, name, widest);
}

/** The source computes with the type that the variable had when the session first read the statement. */
export function noteChanging(emitter: Emitter, name: string): void {
  emitter.note('review', emitter.program.definition, [
    'USER_VARIABLE',
    `@${name} holds values of several types: how the source computes with it depends on what the session did before`,
    'Declare a variable of the type that is meant.',
  ]);
}

function declare(emitter: Emitter, name: string, given: ValueType): Variable {
  const isDecimal = given.kind === 'decimal' && given.isWhole !== true;
  const type = isDecimal ? ownDecimal(emitter.program.dialect) : given;
  const declared = USER_TYPES[type.kind] ?? 'text';
  const sql = `user_${key(name).replaceAll(/\W/g, '_')}`;
  const variable = emitter.temporary(sql, declared, declared === 'text' ? TEXT : type);
  return emitter.book.putOutermost(`@${name}`, variable);
}

const USER_TYPES: Readonly<Record<string, string>> = { ...SERVER_TYPES, instant: 'timestamptz', json: 'jsonb' };

/** Whole numbers, then decimals, then doubles: each holds those before. */
const ORDER: readonly ValueType['kind'][] = ['null', 'boolean', 'integer', 'decimal', 'float'];

/** Of all that the program puts into it; a value whose type is not known says nothing. */
export function widestType(emitter: Emitter, name: string, type: ValueType): ValueType {
  emitter.book.open();
  for (const { names, type: declared } of nodesOf(emitter.program.definition, 'variable')) {
    const value = pgType(declared)?.value;
    if (value === undefined) continue;
    for (const { text } of names) {
      if (emitter.book.find(text) === undefined) emitter.book.put(text, { sql: text, type: value, declared: 'text' });
    }
  }
  try {
    return givenTypes(emitter, name).reduce(wider, type);
  } finally {
    emitter.book.close();
  }
}

function wider(one: ValueType, other: ValueType): ValueType {
  const [a, b] = [ORDER.indexOf(one.kind), ORDER.indexOf(other.kind)];
  if (one.kind === 'null') return other;
  return a >= 0 && b > a ? other : one;
}

function givenTypes(emitter: Emitter, name: string): readonly ValueType[] {
  const { definition } = emitter.program;
  const isIt = (target: { readonly tag: string; readonly name?: unknown }): boolean =>
    target.tag === 'user-variable' && key(String(target.name)) === key(name);
  const set = nodesOf(definition, 'set-variables').flatMap(({ assignments }) =>
    assignments.flatMap(({ target, value }) => (isIt(target) ? typeOf(emitter, value) : [])),
  );
  const selected = nodesOf(definition, 'query').flatMap((query) => {
    const at = query.into?.targets.findIndex(isIt) ?? -1;
    return at < 0 ? [] : (typesOfItems(emitter, query)[at] ?? []);
  });
  return [...set, ...selected];
}

function typeOf(emitter: Emitter, value: Expression): readonly ValueType[] {
  const { type, findings } = translateExpression(emitter.prepare(value), emitter.scope(), 'kept');
  return findings.some(({ code }) => code === 'UNKNOWN_COLUMN' || code === 'UNKNOWN_TYPE') ? [] : [type];
}
