import type { Expression } from '../sql/expression.ts';
import { BIGINT, TEXT, type ValueType } from '../sql/value-type.ts';
import { pgType } from './pg-type.ts';
import { outPlaces, sessionStateOf } from './profile.ts';
import type { Program } from './program.ts';
import { key } from './table-access.ts';
import { nodesOf } from './walk.ts';

/** A user variable that a program reads before it sets it: another one set it, or the application. */
export interface SessionVariable {
  /** What the programs put into it: whole numbers, or texts. */
  readonly type: ValueType;
  /** Whether that is all that they put into it. */
  readonly isTypeKnown: boolean;
  readonly writers: ReadonlySet<Program>;
}

/** By name in small letters. */
export type SessionVariables = ReadonlyMap<string, SessionVariable>;

/** The setting of the target's session that holds it, in quotes. */
export function settingOf(name: string): string {
  const plain = key(name).replaceAll(/\W/gu, (sign) => `$${sign.codePointAt(0)?.toString(16)}`);
  return `'sluice.user_${plain}'`;
}

/** Its value as SQL: a setting that was never made, and one that is empty, are NULL. */
export function settingSql(name: string, type: ValueType): string {
  const text = `NULLIF(current_setting(${settingOf(name)}, true), '')`;
  return type.kind === 'integer' ? `${text}::bigint` : text;
}

/** Looks for variables that one program reads of another one, or of the application. */
export function sessionVariables(programs: readonly Program[]): SessionVariables {
  const outs = outPlaces(programs);
  const states = programs.map((program) => ({ program, ...sessionStateOf(program, outs) }));
  const read = new Set(states.flatMap(({ reads }) => reads));
  return new Map(
    [...read].map((name) => {
      const writers = states.filter(({ writes }) => writes.includes(name)).map(({ program }) => program);
      const kinds = new Set(writers.flatMap((program) => kindsIn(program, name)).filter((kind) => kind !== 'null'));
      const isTypeKnown = writers.length === 0 || kinds.size === 0 || (kinds.size === 1 && !kinds.has('other'));
      const type = isTypeKnown && kinds.has('integer') ? BIGINT : TEXT;
      return [name, { type, isTypeKnown, writers: new Set(writers) }];
    }),
  );
}

type Kind = 'integer' | 'text' | 'null' | 'other';

/** What a program puts into it. */
function kindsIn(program: Program, name: string): readonly Kind[] {
  const { definition } = program;
  const isIt = (target: { readonly tag: string; readonly name?: unknown }): boolean =>
    target.tag === 'user-variable' && key(String(target.name)) === name;
  const assigned = nodesOf(definition, 'set-variables').flatMap(({ assignments }) =>
    assignments.flatMap(({ target, value }) => (isIt(target) ? [kindOf(program, name, value)] : [])),
  );
  const isElsewhere =
    nodesOf(definition, 'query').some(({ into }) => into?.targets.some(isIt) === true) ||
    nodesOf(definition, 'fetch').some(({ targets }) => targets.some(isIt)) ||
    nodesOf(definition, 'get-diagnostics').some(({ items }) => items.some(({ target }) => isIt(target))) ||
    nodesOf(definition, 'call-procedure').some(({ args }) => args.some(isIt)) ||
    nodesOf(definition, 'assign').some(({ target }) => key(target) === name);
  return isElsewhere ? [...assigned, 'other'] : assigned;
}

const WHOLE_CALLS = new Set(['LAST_INSERT_ID', 'ROW_COUNT', 'CONNECTION_ID']);

function kindOf(program: Program, name: string, value: Expression): Kind {
  const below = (parts: readonly Expression[]): Kind => combined(parts.map((part) => kindOf(program, name, part)));
  switch (value.tag) {
    case 'null':
      return 'null';
    case 'boolean':
      return 'integer';
    case 'string':
      return 'text';
    case 'number':
      return /^\d+$/.test(value.value) ? 'integer' : 'other';
    case 'user-variable':
      return key(value.name) === name ? 'null' : 'other';
    case 'column':
      return declaredKind(program, value.parts.length === 1 ? (value.parts[0]?.text ?? '') : '');
    case 'call':
      if (value.upper === 'COALESCE' || value.upper === 'IFNULL') return below(value.args);
      return WHOLE_CALLS.has(value.upper) && value.args.length === 0 ? 'integer' : 'other';
    case 'arithmetic':
      return ['+', '-', '*'].includes(value.operator) && below([value.left, value.right]) === 'integer'
        ? 'integer'
        : 'other';
    default:
      return 'other';
  }
}

function combined(kinds: readonly Kind[]): Kind {
  const found = new Set(kinds.filter((kind) => kind !== 'null'));
  const [only] = found;
  return found.size > 1 ? 'other' : (only ?? 'null');
}

/** The kind of a parameter or a variable; one that is declared twice is not looked into. */
function declaredKind({ definition }: Program, name: string): Kind {
  const parameters = 'parameters' in definition ? definition.parameters : [];
  const types = [
    ...parameters.filter((one) => key(one.name.text) === key(name)).map(({ type }) => type),
    ...nodesOf(definition, 'variable').flatMap(({ names, type }) =>
      names.some(({ text }) => key(text) === key(name)) ? [type] : [],
    ),
  ];
  const [type] = types;
  const value = type === undefined || types.length > 1 ? undefined : pgType(type)?.value;
  if (value?.kind === 'integer' && value.isUnsigned !== true) return 'integer';
  return value?.kind === 'text' && (value.members ?? value.flags) === undefined ? 'text' : 'other';
}
