import { localTime, toCondition, toText, toValue } from '../coerce.ts';
import type { Context } from '../context.ts';
import type { Call, Expression } from '../expression.ts';
import { atom, compound, type Fragment, operand, quoteLiteral } from '../fragment.ts';
import { cellPath, hasCell, jsonPath, pathLiteral, strictPath } from '../json-path.ts';
import type { RuleTable } from '../rule.ts';
import type { Span } from '../span.ts';
import { CLOCK, timePictured } from '../time-text.ts';
import { BOOLEAN, INTEGER, JSON_TYPE, TEXT } from '../value-type.ts';
import { wrongCount } from './cond.ts';

/** JSON, on jsonb. */
export const JSON_RULES: RuleTable = {
  JSON_EXTRACT: (call, context) => {
    const [document, path] = call.args;
    if (document === undefined || path === undefined) return wrongCount(call, context);
    const isMany = call.args.length > 2 || cellPath(context.silently(path).literal ?? '$') === undefined;
    if (isMany) return extractMany(document, call.args.slice(1), { context, span: call });
    return placed(document, path, { context, span: call });
  },
  JSON_VALUE: (call, context) => {
    const [document, path] = call.args;
    if (document === undefined || path === undefined) return wrongCount(call, context);
    if (call.keyword !== undefined) return refuse(call, context, 'JSON_VALUE with RETURNING or ON EMPTY');
    if (context.scope.dialect.flavor === 'mysql') return step('#>>', document, path, { context, span: call });
    // MariaDB's gives no arrays and objects.
    const { sql } = step('#>', document, path, { context, span: call });
    return atom(`CASE WHEN jsonb_typeof(${sql}) NOT IN ('object', 'array') THEN (${sql}) #>> '{}' END`, TEXT);
  },
  JSON_UNQUOTE: (call, context) => {
    const [arg] = call.args;
    if (arg === undefined) return wrongCount(call, context);
    const value = context.fragment(arg);
    if (value.type.kind === 'json') return unquoted(value);
    const text = operand(toText(value, context, arg));
    return atom(`CASE WHEN ${text} LIKE '"%"' THEN ${text}::jsonb #>> '{}' ELSE ${text} END`, TEXT);
  },
  JSON_OBJECT: (call, context) => {
    if (call.args.length % 2 !== 0) return wrongCount(call, context);
    const parts = call.args.map((arg, at) => (at % 2 === 0 ? toKey(arg, context) : jsonPart(arg, context)));
    return atom(`jsonb_build_object(${parts.join(', ')})`, JSON_TYPE);
  },
  JSON_ARRAY: (call, context) =>
    atom(`jsonb_build_array(${call.args.map((arg) => jsonPart(arg, context)).join(', ')})`, JSON_TYPE),
  JSON_QUOTE: (call, context) => {
    const [arg] = call.args;
    if (arg === undefined) return wrongCount(call, context);
    return atom(`to_json(${toText(context.fragment(arg), context, arg).sql}::text)::text`, TEXT);
  },
  JSON_LENGTH: jsonLength,
  JSON_TYPE: jsonType,
  JSON_VALID: jsonValid,
  JSON_CONTAINS: (call, context) => {
    const [document, part, path] = call.args;
    if (document === undefined || part === undefined) return wrongCount(call, context);
    const place = { context, span: call };
    const whole = path === undefined ? toJson(document, context) : placed(document, path, place);
    const found = `${operand(whole)} @> ${operand(toJson(part, context))}`;
    if (path === undefined || context.scope.dialect.flavor === 'mysql') return compound(found, BOOLEAN);
    // A path to nothing is NULL on MySQL, and false on MariaDB.
    const known = `${operand(toJson(document, context))} IS NOT NULL`;
    return atom(`CASE WHEN ${known} THEN COALESCE(${found}, false) END`, BOOLEAN);
  },
  JSON_CONTAINS_PATH: (call, context) => {
    const [document, one, ...paths] = call.args;
    if (document === undefined || one === undefined || paths.length === 0) return wrongCount(call, context);
    const word = context.fragment(one).literal?.toLowerCase();
    if (word !== 'one' && word !== 'all') return refuse(call, context, 'JSON_CONTAINS_PATH without a word');
    const tests = paths.map((path) => `(${placed(document, path, { context, span: call }).sql}) IS NOT NULL`);
    const known = `${operand(toJson(document, context))} IS NOT NULL`;
    const found = tests.join(word === 'one' ? ' OR ' : ' AND ');
    return atom(`CASE WHEN ${known} THEN ${found} END`, BOOLEAN);
  },
  JSON_KEYS: (call, context) => {
    const [document, path] = call.args;
    if (document === undefined || call.args.length > 2) return wrongCount(call, context);
    // MariaDB gives them as they stand in the text.
    if (context.scope.dialect.flavor === 'mariadb') context.report('JSON_TEXT', call, 'the order of keys is another');
    const place = { context, span: call };
    const { sql } = path === undefined ? toJson(document, context) : placed(document, path, place);
    const list = `(SELECT jsonb_agg(k ORDER BY octet_length(k), k COLLATE "C") FROM jsonb_object_keys(${sql}) AS k)`;
    const isObject = `jsonb_typeof(${sql}) = 'object'`;
    return atom(`CASE WHEN ${isObject} THEN COALESCE(${list}, '[]'::jsonb) END`, JSON_TYPE);
  },
  JSON_MERGE_PATCH: (call, context) => {
    const [first, ...rest] = call.args;
    if (first === undefined || rest.length === 0) return wrongCount(call, context);
    if (context.scope.hasJsonHelpers !== true)
      return refuse(call, context, 'JSON_MERGE_PATCH outside a stored program');
    const found = rest.reduce(
      (sql, arg) => `sluice_json_merge_patch(${sql}, ${toJson(arg, context).sql})`,
      toJson(first, context).sql,
    );
    return atom(found, JSON_TYPE);
  },
  JSON_SEARCH: (call, context) => {
    const [document, one, text] = call.args;
    if (document === undefined || one === undefined || text === undefined) return wrongCount(call, context);
    const word = context.fragment(one).literal?.toLowerCase();
    const isKnown =
      (word === 'one' || word === 'all') && call.args.length === 3 && context.scope.hasJsonHelpers === true;
    if (!isKnown) return refuse(call, context, 'JSON_SEARCH in this form, or outside a stored program');
    const pattern = toText(context.fragment(text), context, text).sql;
    return atom(`sluice_json_search(${toJson(document, context).sql}, ${word === 'all'}, ${pattern})`, JSON_TYPE);
  },
  JSON_SET: (call, context) => change(call, context, 'set'),
  JSON_INSERT: (call, context) => change(call, context, 'insert'),
  JSON_REPLACE: (call, context) => change(call, context, 'replace'),
  JSON_ARRAY_APPEND: arrayAppend,
  JSON_REMOVE: (call, context) => {
    const [document, ...paths] = call.args;
    if (document === undefined || paths.length === 0) return wrongCount(call, context);
    const found = paths.reduce(
      (sql, path) => {
        if (isFollowed(path, context)) return `sluice_json_remove(${sql}, ${pathText(path, context)})`;
        const elements = elementsOf(path, context, call);
        return guarded(sql, elements, `${sql} #- ${pathLiteral(elements)}`);
      },
      operand(toJson(document, context)),
    );
    return atom(found, JSON_TYPE);
  },
};

function refuse(call: Call, context: Context, reason: string): Fragment {
  context.report('FUNCTION', call, reason);
  return atom('NULL', { kind: 'null' });
}

interface Place {
  readonly context: Context;
  readonly span: Span;
}

/** A value as a document: a text is read as JSON. */
export function toJson(expression: Expression, context: Context): Fragment {
  const value = context.fragment(expression);
  if (value.type.kind === 'json') return value;
  if (value.type.kind === 'null') return atom('NULL::jsonb', JSON_TYPE);
  return atom(`${operand(toText(value, context, expression))}::jsonb`, JSON_TYPE);
}

function elementsOf(path: Expression, context: Context, span: Span): readonly string[] {
  const text = context.fragment(path).literal;
  const elements = text === undefined ? undefined : jsonPath(text);
  if (elements !== undefined) return elements;
  context.report('CONSTRUCT', span, 'a JSON path with a wildcard, or one that is known at run time only');
  return [];
}

/** All that several paths, or one with a wildcard, lead to: as an array; NULL when there is nothing. */
function extractMany(document: Expression, paths: readonly Expression[], place: Place): Fragment {
  const value = toJson(document, place.context);
  const lists = paths.map((path) => {
    const text = place.context.fragment(path).literal;
    const found = text === undefined ? undefined : strictPath(text);
    if (found !== undefined) return `jsonb_path_query_array(${value.sql}, ${quoteLiteral(found)})`;
    place.context.report('CONSTRUCT', place.span, 'a JSON path that is known at run time only, or of an unknown form');
    return 'NULL::jsonb';
  });
  return atom(`NULLIF(${lists.join(' || ')}, '[]'::jsonb)`, JSON_TYPE);
}

/** A name in what is no object, or a number in what is no array, changes nothing; PostgreSQL raises an error. */
function guarded(document: string, elements: readonly string[], changed: string): string {
  const last = elements.at(-1);
  if (last === undefined) return document;
  const parent = elements.length === 1 ? document : `${document} #> ${pathLiteral(elements.slice(0, -1))}`;
  const kind = /^\d+$/.test(last) ? 'array' : 'object';
  return `CASE WHEN jsonb_typeof(${parent}) = '${kind}' THEN ${changed} ELSE ${document} END`;
}

/** Whether a path is known at run time only, and a function of ours may follow it. */
function isRunTime(path: Expression, context: Context): boolean {
  return context.scope.hasJsonHelpers === true && context.silently(path).literal === undefined;
}

/** Whether a function of ours changes what a path leads to: a cell may be one of what is no array. */
function isFollowed(path: Expression, context: Context): boolean {
  const { literal } = context.silently(path);
  return context.scope.hasJsonHelpers === true && (literal === undefined || hasCell(literal));
}

/** The last arguments of a function of ours: the path, and by whose rules it is read. */
function pathText(path: Expression, context: Context, value = ''): string {
  const { dialect, isNumberChecked } = context.scope;
  const rules = dialect.flavor === 'mysql' ? 'mysql' : isNumberChecked === true ? 'strict' : 'mariadb';
  return `${toText(context.fragment(path), context, path).sql}, ${value}'${rules}'`;
}

/** What stands at a path of any form. */
function placed(document: Expression, path: Expression, place: Place): Fragment {
  const { context } = place;
  if (!isRunTime(path, context)) return step('#>', document, path, place);
  return followed(toJson(document, context).sql, path, context);
}

function followed(document: string, path: Expression, context: Context): Fragment {
  return atom(`sluice_json_extract(${document}, ${pathText(path, context)})`, JSON_TYPE);
}

/** `document -> path` and its text. */
export function step(operator: '#>' | '#>>', document: Expression, path: Expression, place: Place): Fragment {
  const { literal } = place.context.silently(path);
  const cells = literal === undefined ? undefined : cellPath(literal);
  if (literal !== undefined && cells === undefined && strictPath(literal) !== undefined) {
    const many = extractMany(document, [path], place);
    return operator === '#>' ? many : compound(`${many.sql} #>> '{}'`, TEXT);
  }
  const from = toJson(document, place.context);
  if (operator === '#>>') place.context.report('JSON_NULL', place.span, 'a value of JSON is taken as a text');
  const ways = cells ?? [elementsOf(path, place.context, place.span)];
  const found = ways.slice(0, -1).reduce(along, from);
  const last = ways.at(-1) ?? [];
  if (operator === '#>') return along(found, last);
  if (typeof last === 'string') return compound(`${along(found, last).sql} #>> '{}'`, TEXT);
  return compound(`${operand(found)} #>> ${pathLiteral(last)}`, TEXT);
}

/** A lax path takes what is no array for one of one cell, as the source does. */
function along(from: Fragment, way: readonly string[] | string): Fragment {
  if (typeof way === 'string') return atom(`jsonb_path_query_first(${from.sql}, '$${way}')`, JSON_TYPE);
  return compound(`${operand(from)} #> ${pathLiteral(way)}`, JSON_TYPE);
}

/** `document ->> path`: a JSON null is the text null at the source, and NULL to #>>. */
export function unquotedStep(document: Expression, path: Expression, place: Place): Fragment {
  return unquoted(step('#>', document, path, place));
}

function unquoted(value: Fragment): Fragment {
  const inner = /^(.*) #> ('\{.*\}')$/.exec(value.sql);
  const text = inner === null ? `${operand(value)} #>> '{}'` : `${inner[1]} #>> ${inner[2]}`;
  return atom(`coalesce(${text}, (${value.sql})::text)`, TEXT);
}

function toKey(arg: Expression, context: Context): string {
  return toText(context.fragment(arg), context, arg).sql;
}

const CONDITIONS = new Set([
  'comparison',
  'logical',
  'is',
  'like',
  'regexp',
  'between',
  'in',
  'quantified',
  'exists',
  'member-of',
  'boolean',
]);
const CONDITION_CALLS = new Set(['ISNULL', 'JSON_CONTAINS', 'JSON_CONTAINS_PATH', 'JSON_VALID', 'REGEXP_LIKE']);

/** What the source itself knows to be true or false: a column of 0 and 1 is none. */
function isCondition(arg: Expression): boolean {
  if (arg.tag === 'unary') return arg.operator === 'not';
  return CONDITIONS.has(arg.tag) || (arg.tag === 'call' && CONDITION_CALLS.has(arg.upper));
}

/** A value inside a document, as MySQL writes it: a moment with six digits, a condition as true or false. */
export function jsonPart(arg: Expression, context: Context): string {
  const value = context.fragment(arg);
  const { kind } = value.type;
  if (kind === 'datetime' || kind === 'instant') {
    return `to_char(${localTime(value, context).sql}, 'YYYY-MM-DD HH24:MI:SS.US')`;
  }
  if (arg.tag === 'boolean') return String(arg.value);
  if (isCondition(arg)) return toCondition(value, context, arg).sql;
  if (kind === 'time' && context.scope.dialect.flavor === 'mysql') return timePictured(value, `${CLOCK}.US`, context);
  if (kind === 'date' || kind === 'time' || kind === 'bytes') return toText(value, context, arg).sql;
  return toValue(value).sql;
}

function jsonLength(call: Call, context: Context): Fragment {
  const [document, path] = call.args;
  if (document === undefined) return wrongCount(call, context);
  const value = path === undefined ? toJson(document, context) : placed(document, path, { context, span: call });
  const branches = [
    `WHEN 'array' THEN jsonb_array_length(${value.sql})`,
    `WHEN 'object' THEN (SELECT count(*)::int FROM jsonb_object_keys(${value.sql}))`,
  ];
  const found = `CASE jsonb_typeof(${value.sql}) ${branches.join(' ')} ELSE 1 END`;
  return atom(`CASE WHEN ${operand(value)} IS NOT NULL THEN ${found} END`, INTEGER);
}

function jsonType(call: Call, context: Context): Fragment {
  const [document] = call.args;
  if (document === undefined) return wrongCount(call, context);
  const value = toJson(document, context);
  const number = `CASE WHEN ${operand(value)}::text ~ '[.eE]' THEN 'DOUBLE' ELSE 'INTEGER' END`;
  return atom(
    `CASE jsonb_typeof(${value.sql}) WHEN 'number' THEN ${number} ELSE upper(jsonb_typeof(${value.sql})) END`,
    TEXT,
  );
}

/** Of a literal the answer is known, of a JSON column it is 1; else a function of ours asks: IS JSON is PostgreSQL 16's. */
function jsonValid(call: Call, context: Context): Fragment {
  const [document] = call.args;
  if (document === undefined) return wrongCount(call, context);
  const value = context.fragment(document);
  if (value.type.kind === 'json') return compound(`${operand(value)} IS NOT NULL`, BOOLEAN);
  const isAsked = value.literal === undefined && value.type.kind === 'text' && context.scope.hasJsonHelpers === true;
  if (isAsked) return atom(`sluice_json_valid(${value.sql}, ${context.scope.dialect.flavor === 'mariadb'})`, BOOLEAN);
  if (value.literal === undefined)
    return refuse(call, context, 'JSON_VALID of what is no text, or outside a stored program');
  return atom(isJson(value.literal) ? '1' : '0', INTEGER);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Change = 'set' | 'insert' | 'replace';

/** Paths are changed from left to right, each in what the one before made. */
function change(call: Call, context: Context, kind: Change): Fragment {
  const [document, ...pairs] = call.args;
  if (document === undefined || pairs.length === 0 || pairs.length % 2 !== 0) return wrongCount(call, context);
  let found = toJson(document, context).sql;
  for (let at = 0; at < pairs.length; at += 2) {
    const [path, value] = [pairs[at], pairs[at + 1]];
    if (path === undefined || value === undefined) continue;
    if (isFollowed(path, context)) {
      found = `sluice_json_put(${found}, ${pathText(path, context, `${newValue(value, context)}, '${kind}', `)})`;
      continue;
    }
    const parts = elementsOf(path, context, call);
    const elements = pathLiteral(parts);
    const changed = `jsonb_set(${found}, ${elements}, ${newValue(value, context)}, ${kind !== 'replace'})`;
    const isNew = `CASE WHEN ${found} #> ${elements} IS NULL THEN ${changed} ELSE ${found} END`;
    found = guarded(found, parts, kind === 'insert' ? isNew : changed);
  }
  return atom(found, JSON_TYPE);
}

/**
 * What stands at the path gets one more element; what is no array becomes one. A path to nothing changes nothing on
 * MySQL, and gives NULL on MariaDB.
 */
function arrayAppend(call: Call, context: Context): Fragment {
  const [document, ...pairs] = call.args;
  if (document === undefined || pairs.length === 0 || pairs.length % 2 !== 0) return wrongCount(call, context);
  let found = toJson(document, context).sql;
  for (let at = 0; at < pairs.length; at += 2) {
    const [path, value] = [pairs[at], pairs[at + 1]];
    if (path === undefined || value === undefined) continue;
    const isOurs = isFollowed(path, context);
    const elements = isOurs ? [] : elementsOf(path, context, call);
    const plain = elements.length === 0 ? found : `${found} #> ${pathLiteral(elements)}`;
    const old = isOurs ? followed(found, path, context).sql : plain;
    const list = `CASE jsonb_typeof(${old}) WHEN 'array' THEN ${old} ELSE jsonb_build_array(${old}) END`;
    const longer = `${list} || jsonb_build_array(${newValue(value, context)})`;
    const set = elements.length === 0 ? longer : `jsonb_set(${found}, ${pathLiteral(elements)}, ${longer})`;
    const changed = isOurs ? `sluice_json_put(${found}, ${pathText(path, context, `${longer}, 'set', `)})` : set;
    const isMariadb = context.scope.dialect.flavor === 'mariadb';
    found = `CASE WHEN ${old} IS ${isMariadb ? 'NOT NULL THEN' : `NULL THEN ${found} ELSE`} ${changed} END`;
  }
  return atom(found, JSON_TYPE);
}

function newValue(value: Expression, context: Context): string {
  const fragment = context.fragment(value);
  if (fragment.type.kind === 'json') return fragment.sql;
  if (fragment.type.kind === 'null') return "'null'::jsonb";
  if (fragment.literal !== undefined) return `to_jsonb(${quoteLiteral(fragment.literal)}::text)`;
  const part = jsonPart(value, context);
  return /^-?\d+(?:\.\d+)?$/.test(part) ? `to_jsonb(${part})` : `COALESCE(to_jsonb(${part}), 'null')`;
}
