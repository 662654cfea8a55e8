import type { Expression } from '../sql/expression.ts';
import { ownDecimal } from '../sql/own-digits.ts';
import { translateExpression } from '../sql/translate.ts';
import { TEXT, type ValueType } from '../sql/value-type.ts';
import type { BodyStatement } from './body.ts';
import type { Emitter } from './emitter.ts';
import { typesOfItems } from './item-type.ts';
import { pgType, SERVER_TYPES } from './pg-type.ts';
import { settingOf } from './session-variable.ts';
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
  const sql = localName(name);
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

/** Where a statement puts values into variables of the session, it has what they hold and keeps what it puts in. */
export function sharing(emitter: Emitter, statement: BodyStatement, write: () => void): void {
  const names = targetsOf(statement).filter((name) => emitter.context.sessionVariables.has(key(name)));
  for (const name of names)
    emitter.out.line(`${localName(name)} := NULLIF(current_setting(${settingOf(name)}, true), '');`);
  write();
  for (const name of names) emitter.out.line(sharedLine(name));
}

/** Keeps what the variable of the program holds for other programs; `line` is of PL/pgSQL. */
export function sharedLine(name: string): string {
  return `PERFORM set_config(${settingOf(name)}, ${localName(name)}::text, false);`;
}

/** Variables that get their values otherwise than by SET. */
function targetsOf(statement: BodyStatement): readonly string[] {
  const targets =
    statement.tag === 'query'
      ? (statement.into?.targets ?? [])
      : statement.tag === 'fetch'
        ? statement.targets
        : statement.tag === 'call-procedure'
          ? statement.args
          : statement.tag === 'get-diagnostics'
            ? statement.items.map(({ target }) => target)
            : [];
  return targets.flatMap((target) => (target.tag === 'user-variable' ? [target.name] : []));
}

function localName(name: string): string {
  return `user_${key(name).replaceAll(/\W/g, '_')}`;
}
