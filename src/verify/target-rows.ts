import type { Bound, KeyRange } from '../mysql/key-order.ts';
import type { PostgresSession } from '../postgres/connection.ts';
import { arrayText, quoteIdent, quoteLiteral, quoteTable } from '../postgres/quote.ts';
import type { KeyForm } from './key-form.ts';
import { isKeyNull } from './null-keys.ts';
import type { Lines } from './side.ts';
import type { VerifiedTable } from './verified-table.ts';

/** Lines as the target sent them, one after another, each in its frame; until the worker reads the target again. */
export interface TargetRows {
  readonly rows: number;
  readonly text: Buffer;
}

/** A session of the target and what its worker reads into. */
export interface TargetReader {
  readonly session: PostgresSession;
  readonly lines: Lines;
}

/** Rows of a range of a table whose key both servers sort alike, in that order; of them only those that `only` chooses. */
export async function readTargetRange(
  reader: TargetReader,
  table: VerifiedTable,
  range: KeyRange,
  only?: string,
): Promise<TargetRows> {
  const forms = table.key?.forms ?? [];
  const conditions = [inTargetRange(table, range), only].filter((one) => typeof one === 'string');
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map((one) => `(${one})`).join(' AND ')}`;
  const order = forms.map(({ target }) => `t.${target}`).join(', ');
  return await copied(reader, `SELECT ${columns(table)} FROM ${quoteTable(table.target)} t${where} ORDER BY ${order}`);
}

/**
 * Condition of the target, whose table is `t`, for a range of a key that both servers sort alike; null: all rows. Rows with
 * NULL in their key are in no range (`null-keys.ts`).
 */
export function inTargetRange(table: VerifiedTable, range: KeyRange): string | null {
  const forms = table.key?.forms ?? [];
  const conditions = [
    ...(range.lower ? [compared(forms, '>', range.lower)] : []),
    ...(range.upper ? [compared(forms, '<=', range.upper)] : []),
  ];
  const nulls = isKeyNull(table);
  if (nulls !== null) conditions.push(`NOT (${nulls})`);
  return conditions.length === 0 ? null : conditions.join(' AND ');
}

function compared(forms: readonly KeyForm[], sign: string, bound: Bound): string {
  const left = forms.map(({ target }) => `t.${target}`).join(', ');
  const right = forms.map((form, i) => `${quoteLiteral(form.bound(bound[i] ?? ''))}::${form.targetType}`).join(', ');
  return `(${left}) ${sign} (${right})`;
}

/** Rows of these keys, given by their canonical texts, in their order. */
export async function readTargetKeys(
  reader: TargetReader,
  table: VerifiedTable,
  keys: readonly (readonly string[])[],
): Promise<TargetRows> {
  return await copied(reader, `SELECT ${columns(table)} ${keyJoin(table, keys)} ORDER BY k.place`);
}

function keyJoin(table: VerifiedTable, keys: readonly (readonly string[])[]): string {
  const forms = table.key?.forms ?? [];
  const lists = forms.map((form, i) => {
    return `${quoteLiteral(arrayText(keys.map((texts) => form.text(texts[i] ?? ''))))}::text[]`;
  });
  const names = forms.map((_, i) => `k${i}`);
  const pairs = forms.map(({ target, targetType }, i) => `t.${target} = k.k${i}::${targetType}`);
  return `FROM unnest(${lists.join(', ')}) WITH ORDINALITY AS k(${names.join(', ')}, place)
    JOIN ${quoteTable(table.target)} t ON ${pairs.join(' AND ')}`;
}

/** The next keys of the target in its own order, after `after`; as it prints them. */
export async function nextTargetKeys(
  session: PostgresSession,
  table: VerifiedTable,
  { after, rows }: { readonly after: readonly string[] | null; readonly rows: number },
): Promise<readonly (readonly string[])[]> {
  const forms = table.key?.forms ?? [];
  const names = forms.map(({ target }) => `t.${target}`);
  const list = names.map((name, i) => `${name}::text AS k${i}`).join(', ');
  const bound = after?.map((text, i) => `${quoteLiteral(text)}::${forms[i]?.targetType}`).join(', ');
  const nulls = isKeyNull(table);
  const conditions = [
    ...(bound === undefined ? [] : [`(${names.join(', ')}) > (${bound})`]),
    ...(nulls === null ? [] : [`NOT (${nulls})`]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const sql = `SELECT ${list} FROM ${quoteTable(table.target)} t${where} ORDER BY ${names.join(', ')} LIMIT ${rows}`;
  const found = await session.query(sql);
  return found.rows.map((row) => forms.map((_, i) => row[`k${i}`] ?? ''));
}

function columns({ compared: list }: VerifiedTable): string {
  return list.map(({ targetName }) => `t.${quoteIdent(targetName)}`).join(', ') || 'NULL';
}

async function copied({ session, lines }: TargetReader, select: string): Promise<TargetRows> {
  const out = lines.empty();
  let rows = 0;
  await session.copyOut(`COPY (${select}) TO STDOUT`, (bytes, start, end, count) => {
    out.raw(bytes, start, end);
    rows += count;
  });
  return { rows, text: out.bytes.subarray(0, out.position) };
}
