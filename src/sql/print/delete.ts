import type { Context } from '../context.ts';
import { compound, type Fragment } from '../fragment.ts';
import { flatten, joinedContext, printWhere, sourceNamed } from '../joined-change.ts';
import { firstRows, keyNames, sameRow, selectedKey } from '../matched-rows.ts';
import type { Source } from '../query-scope.ts';
import type { Delete } from '../statement.ts';
import { UNKNOWN } from '../value-type.ts';
import { FromPrinter } from './from.ts';
import { inner, printWith } from './query.ts';
import { printReturning, reportPriority } from './returning.ts';
import { tableText } from './update.ts';

/** Prints DELETE in its forms of one table and of several. */
export function printDelete(node: Delete, outer: Context): Fragment {
  reportPriority(node, outer);
  const common = node.with === undefined ? { sql: '', context: outer } : printWith(node.with, outer);
  const head = common.sql === '' ? '' : `${common.sql} `;
  if (!node.isMulti) return compound(`${head}${single(node, common.context)}`, UNKNOWN);
  const joined = inList(node, common.context);
  return compound(joined === undefined ? byMatches(node, common) : `${head}${joined}`, UNKNOWN);
}

function single(node: Delete, outer: Context): string {
  const from = new FromPrinter(outer, inner).list(node.tables);
  const context = joinedContext(from.sources, outer);
  const where = printWhere([node.where], context);
  const returning = printReturning(node.returning, from.sources, outer);
  const [source] = from.sources;
  const { limit } = node;
  if (limit === undefined || source === undefined) return `DELETE FROM ${from.sql}${where}${returning}`;
  const rows = firstRows(source, { from: from.sql, where }, { orderBy: node.orderBy, limit }, context);
  return `DELETE FROM ${from.sql}${rows}${returning}`;
}

/** `DELETE FROM a USING b WHERE ..`, of one table and inner joins: how often a row matches does not matter. */
function inList(node: Delete, outer: Context): string | undefined {
  const flat = node.targets.length === 1 ? flatten(node.tables, outer) : undefined;
  if (flat === undefined) return undefined;
  const sources = flat.leaves.map(({ source }) => source);
  const named = targetOf(node, sources, 0, outer);
  const target = flat.leaves.find(({ source }) => source === named);
  if (target === undefined || target.node.tag !== 'base') return undefined;
  const others = flat.leaves.filter((leaf) => leaf !== target).map(({ sql }) => sql);
  const using = others.length === 0 ? '' : ` USING ${others.join(', ')}`;
  const where = printWhere([...flat.conditions, node.where], joinedContext(sources, outer));
  return `DELETE FROM ${target.sql}${using}${where}`;
}

function targetOf(node: Delete, sources: readonly Source[], at: number, context: Context): Source | undefined {
  const target = node.targets[at];
  const name = target?.parts.at(-1)?.text;
  const found = sourceNamed(sources, name);
  if (found === undefined && target !== undefined)
    context.report('CONSTRUCT', target, `rows are deleted from ${name}, which is not among the tables`);
  return found;
}

/** The keys of all rows that match first, then one DELETE for each target. */
function byMatches(node: Delete, common: { readonly sql: string; readonly context: Context }): string {
  const { context: outer } = common;
  const from = new FromPrinter(outer, inner).list(node.tables);
  const context = joinedContext(from.sources, outer);
  const named = new Set(node.targets.flatMap((_, at) => targetOf(node, from.sources, at, outer) ?? []));
  // The source deletes from them in the order of FROM.
  const targets = from.sources.filter((source) => named.has(source));
  const keys = targets.flatMap(selectedKey);
  const matched = `matched AS (SELECT ${keys.join(', ')} FROM ${from.sql}${printWhere([node.where], context)})`;
  const deletes = targets.map((source, at) => {
    const names = keyNames(source, at).join(', ');
    const rows = `SELECT DISTINCT ${names} FROM matched`;
    return `DELETE FROM ${tableText(source, node, outer)} USING (${rows}) AS m WHERE ${sameRow(source, at)}`;
  });
  const [first = '', ...behind] = deletes;
  // The statement itself runs first, then its parts, the last one before those ahead of it.
  const rest = behind.map((sql, at) => `, removed_${at + 2} AS (${sql})`).toReversed();
  return `${common.sql === '' ? 'WITH ' : `${common.sql}, `}${matched}${rest.join('')} ${first}`;
}
