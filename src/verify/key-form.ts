import { targetType, textLimit } from '../column/target-type.ts';
import type { ColumnType } from '../contract/table.ts';
import type { CatalogueColumn } from '../mysql/catalogue-table.ts';
import { quoteIdentifier } from '../mysql/identifier.ts';
import { quoteIdent } from '../postgres/quote.ts';
import type { ComparedColumn } from './compared-column.ts';
import { LONGEST_FRACTION, stampBound } from './stamp-bound.ts';

/**
 * A key column by whose canonical text a row is found again on either side. What is found is compared by its own key
 * afterwards: a collation may find more than was asked for.
 */
export interface KeyForm {
  readonly source: string;
  readonly target: string;
  /** Type by which the target reads the text. */
  readonly targetType: string;
  /** A canonical text as the target reads it. */
  text(canonical: string): string;
  /** SQL of the source for a canonical text; `NULL` where no row of the source can have it. */
  literal(canonical: string): string;
  /** Both servers sort by the column alike, and the target reads a bound of the source as `bound` gives it. */
  readonly sharesOrder: boolean;
  bound(text: string): string;
}

const NUMBERS = ['smallint', 'integer', 'bigint', 'numeric'];
const NUMBER = /^-?\d+(\.\d+)?$/;
const HEX = /^([0-9a-f]{2})*$/i;

type Found = Omit<KeyForm, 'source' | 'target' | 'targetType' | 'text'> & Partial<Pick<KeyForm, 'text'>>;

/** null: the column's values cannot be looked up on both sides by one text. */
export function keyForm(column: CatalogueColumn, compared: ComparedColumn): KeyForm | null {
  if (compared.isOfOwnType) return null;
  const found = formOf(column, compared);
  if (found === null) return null;
  return {
    text: asItIs,
    ...found,
    source: quoteIdentifier(column.name),
    target: quoteIdent(compared.targetName),
    targetType: compared.targetType,
  };
}

const asItIs = (text: string) => text;

function formOf(column: CatalogueColumn, compared: ComparedColumn): Found | null {
  const target = targetType(compared.targetType);
  const isNumber = NUMBERS.includes(target.name);
  switch (column.type.kind) {
    case 'integer':
    case 'decimal':
    case 'year':
      if (!isNumber && target.name !== 'boolean' && textLimit(target) === null) return null;
      // A decimal kept as text has its zeros, which the number has not.
      if (column.type.kind === 'decimal' && !isNumber) return null;
      return { literal: matching(NUMBER, asItIs), sharesOrder: isNumber, bound: asItIs };
    case 'text':
    case 'enum':
    case 'set':
      return textLimit(target) === null ? null : { literal: textLiteral(column), sharesOrder: false, bound: asItIs };
    case 'binary':
    case 'blob':
      return bytesForm(target.name);
    case 'uuid':
      return target.name === 'uuid' ? { literal: matching(HEX, dashed), sharesOrder: false, bound: asItIs } : null;
    case 'date':
    case 'datetime':
    case 'timestamp':
      return stampForm(column, compared);
    case 'time':
      if (!target.name.startsWith('time ')) return null;
      return { literal: matching(CLOCK, (text) => `CAST('${text}' AS TIME(6))`), sharesOrder: false, bound: asItIs };
    default:
      return null;
  }
}

const CLOCK = /^\d\d:\d\d:\d\d(\.\d+)?$/;
export const DAY = /^\d{4}-\d\d-\d\d$/;
export const STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/;

/** What a policy put in a value's place cannot be led back to it. */
function stampForm(column: CatalogueColumn, { targetType: type, policy }: ComparedColumn): Found | null {
  const { name, sizes } = targetType(type);
  const isPlain = ['null', 'refuse'].includes(policy.zeroDate) && (policy.zone === undefined || policy.zone === 'UTC');
  if (!isPlain || !/^(date|timestamp)/.test(name)) return null;
  const literal = (text: string) => {
    if (DAY.test(text)) return `CAST('${text}' AS DATE)`;
    return STAMP.test(text) ? `CAST('${text}' AS DATETIME(6))` : 'NULL';
  };
  const heldFraction = name === 'date' ? 0 : (sizes[0] ?? LONGEST_FRACTION);
  // A target that rounds puts rows on the other side of a bound.
  const sharesOrder = name === 'date' ? column.type.kind === 'date' : heldFraction >= fractionOf(column.type);
  return { literal, sharesOrder, bound: (text) => stampBound(text, heldFraction) };
}

function fractionOf(type: ColumnType): number {
  return 'fraction' in type ? type.fraction : 0;
}

function bytesForm(name: string): Found | null {
  const literal = matching(HEX, (text) => `x'${text}'`);
  const hex = (text: string) => `\\x${text}`;
  if (name === 'bytea') return { literal, text: hex, sharesOrder: true, bound: hex };
  return name === 'uuid' ? { literal, sharesOrder: true, bound: asItIs } : null;
}

/** In the column's own character set, so that its index serves. */
function textLiteral({ charset, collation }: CatalogueColumn): (text: string) => string {
  const set = charset ?? 'utf8mb4';
  return (text) => {
    const plain = `_utf8mb4 x'${Buffer.from(text).toString('hex')}'`;
    const held = set === 'utf8mb4' ? plain : `CONVERT(${plain} USING ${set})`;
    return collation === null ? held : `${held} COLLATE ${collation}`;
  };
}

function matching(form: RegExp, sql: (text: string) => string): (text: string) => string {
  return (text) => (form.test(text) ? sql(text) : 'NULL');
}

function dashed(hex: string): string {
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `'${parts.join('-')}'`;
}
