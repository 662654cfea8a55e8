import { toText } from './coerce.ts';
import type { Context } from './context.ts';
import type { Expression } from './expression.ts';
import { atom, compound, type Fragment, operand, quoteLiteral, quoteName } from './fragment.ts';
import { variableOf } from './query-scope.ts';
import { aggregate } from './rule/aggregate.ts';
import { call } from './rule/call.ts';
import { castTo, collate } from './rule/cast.ts';
import { comparison } from './rule/comparison.ts';
import { dateShift, extract } from './rule/interval.ts';
import { step, toJson, unquotedStep } from './rule/json.ts';
import { literal } from './rule/literal.ts';
import { arithmetic, concat, is, logical, unary } from './rule/operator.ts';
import { between, choose, like, quantified, regexp, soundsLike, within } from './rule/predicate.ts';
import type { Resolved } from './scope.ts';
import { asCharacters, BOOLEAN, NULL, UNKNOWN } from './value-type.ts';

type Node<Tag extends Expression['tag']> = Extract<Expression, { tag: Tag }>;
type Rule<Tag extends Expression['tag']> = (node: Node<Tag>, context: Context) => Fragment;

/** One rule for each kind of node; the type makes a new kind ask for its rule. */
const RULES: { readonly [Tag in Expression['tag']]: Rule<Tag> } = {
  null: literal,
  boolean: literal,
  number: literal,
  string: literal,
  hex: literal,
  bit: literal,
  temporal: literal,
  column,
  arithmetic,
  comparison,
  logical,
  unary,
  is,
  like,
  regexp,
  between,
  in: within,
  quantified,
  'sounds-like': soundsLike,
  case: choose,
  cast: castTo,
  collate,
  call,
  aggregate,
  extract,
  'date-shift': dateShift,
  concat: (node, context) => concat(node.operands, context),
  'convert-charset': (node, context) => {
    const text = toText(context.fragment(node.operand), context, node);
    return { ...text, type: asCharacters(text.type) };
  },
  'json-path': (node, context) =>
    node.isUnquoted
      ? unquotedStep(node.operand, node.path, { context, span: node })
      : step('#>', node.operand, node.path, { context, span: node }),
  'member-of': (node, context) => {
    const value = toJson(node.array, context);
    const found = context.fragment(node.operand);
    return compound(
      `${operand(value)} @> to_jsonb(${found.literal === undefined ? found.sql : `${found.sql}::text`})`,
      BOOLEAN,
    );
  },
  exists: (node, context) => atom(`EXISTS ${context.query(node.query).sql}`, BOOLEAN),
  subquery: (node, context) => context.query(node.query),
  row: (node, context) => atom(`(${node.items.map((item) => context.fragment(item).sql).join(', ')})`, UNKNOWN),
  trim,
  placeholder: (node) => atom(`$${node.index + 1}`, UNKNOWN),
  default: (node, context) =>
    node.column === undefined ? atom('DEFAULT', UNKNOWN) : refuse(node, context, 'DEFAULT of a column'),
  match: (node, context) => refuse(node, context, 'MATCH ... AGAINST: full-text search is never equal on the target'),
  assign: (node, context) => refuse(node, context, 'a variable is set inside an expression'),
  'user-variable': (node, context) =>
    held(context.scope.userVariable?.(node.name)) ?? refuse(node, context, `the user variable @${node.name}`),
  'system-variable': (node, context) =>
    held(context.scope.systemVariable?.(node.name, node.scope)) ??
    refuse(node, context, `the system variable @@${node.name}`),
  'inserted-value': (node, context) => refuse(node, context, 'VALUES() outside ON DUPLICATE KEY UPDATE'),
  sequence: (node) => {
    const name = node.parts.map(({ text }) => quoteName(text)).join('.');
    return atom(`${node.operation === 'next' ? 'nextval' : 'currval'}(${quoteLiteral(name)})`, UNKNOWN);
  },
  opaque: (node, context) => {
    context.report('SYNTAX', node.at, node.reason);
    return atom('NULL', NULL);
  },
};

/** Prints an expression as PostgreSQL's. */
export function translateNode(node: Expression, context: Context): Fragment {
  const rule = RULES[node.tag] as Rule<Expression['tag']>;
  return rule(node as never, context);
}

function refuse(node: Expression, context: Context, reason: string): Fragment {
  context.report('CONSTRUCT', node, reason);
  return atom('NULL', NULL);
}

function held(found: Resolved | undefined): Fragment | undefined {
  return found === undefined ? undefined : atom(found.sql, found.type);
}

function column(node: Node<'column'>, context: Context): Fragment {
  const variable = held(variableOf(node.parts, context.scope));
  if (variable !== undefined) return variable;
  const found = held(context.scope.resolve(node.parts));
  if (found !== undefined) return { ...found, isColumn: true };
  const name = node.parts.map(({ text }) => text).join('.');
  context.report('UNKNOWN_COLUMN', node, `nothing is known of ${name}`);
  return atom(node.parts.map(({ text }) => quoteName(text)).join('.'), UNKNOWN);
}

const SIDES = { both: 'btrim', leading: 'ltrim', trailing: 'rtrim' } as const;

/** MySQL takes a text away, PostgreSQL any of its characters: of one character they are the same. */
function trim(node: Node<'trim'>, context: Context): Fragment {
  const value = toText(context.fragment(node.operand), context, node);
  if (node.removed === undefined) return atom(`${SIDES[node.side]}(${value.sql})`, value.type);
  const removed = toText(context.fragment(node.removed), context, node.removed);
  const { literal: text } = removed;
  if (text === '') return value;
  if (text !== undefined && [...text].length === 1)
    return atom(`${SIDES[node.side]}(${value.sql}, ${removed.sql})`, value.type);
  if (text === undefined) return refuse(node, context, 'TRIM of a text that is known at run time only');
  const group = `(?:${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')})+`;
  const pattern = { both: `^${group}|${group}$`, leading: `^${group}`, trailing: `${group}$` }[node.side];
  return atom(`regexp_replace(${value.sql}, ${quoteLiteral(pattern)}, '', 'g')`, value.type);
}
