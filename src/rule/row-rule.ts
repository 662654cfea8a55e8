import { AvroReader } from '../avro/reader.ts';
import { AvroWriter } from '../avro/writer.ts';
import type { ColumnCodec } from '../column/codec.ts';
import { rowLayout } from '../column/row.ts';
import { type Column, type TableVersion, tableVersion } from '../contract/table.ts';
import { keepsDistinct, type Mask } from './mask.ts';
import { type Masker, maskedType, maskerOf, maskProblem } from './masker.ts';

/** What is done to the rows of one table; names exactly as the source spells them. */
export interface TableRules {
  readonly exclude: readonly string[];
  readonly mask: ReadonlyMap<string, Mask>;
  /** Of the hashes. */
  readonly salt: string;
}

export interface RuleProblem {
  readonly code: 'RULE_KEY_COLUMN' | 'RULE_MASK_TYPE';
  readonly column: string;
  readonly message: string;
}

/** A table as the log and everything behind it see it, and its rows. The key's bytes are those of the source. */
export interface RuledRows {
  readonly version: TableVersion;
  /** The image of a row under the rules. */
  image(row: Uint8Array): Buffer;
}

/** Why these rules cannot be kept for a table that is like this; keys must stay as they are. */
export function ruleProblems(version: TableVersion, rules: TableRules): readonly RuleProblem[] {
  return version.columns.flatMap(({ name, type, unlogged }, index): RuleProblem[] => {
    const mask = rules.mask.get(name);
    const isTouched = rules.exclude.includes(name) || mask !== undefined;
    if (isTouched && version.key.includes(index)) {
      const message = 'belongs to the key by which rows are found again: it can be neither masked nor left out';
      return [{ code: 'RULE_KEY_COLUMN', column: name, message }];
    }
    if (unlogged && mask !== undefined && mask.kind !== 'null') {
      const message = 'is computed by the source, which does not log its changes: leave it out, or mask it as null';
      return [{ code: 'RULE_MASK_TYPE', column: name, message }];
    }
    const problem = mask === undefined ? null : maskProblem(type, mask);
    return problem === null ? [] : [{ code: 'RULE_MASK_TYPE', column: name, message: problem }];
  });
}

/**
 * Rows under the rules: the same function for the stream, the snapshot and `verify`, so that they cannot disagree. Only
 * for a table of which `ruleProblems` knows none.
 */
export function ruledRows(version: TableVersion, rules: TableRules): RuledRows {
  const layout = rowLayout(version);
  const fields = version.columns.map(
    (column, index): Field => fieldOf(column, layout.codecs[index] as ColumnCodec, rules),
  );
  const reader = new AvroReader();
  const out = new AvroWriter(1024);
  return {
    version: ruledVersion(version, rules),
    image: (row) => {
      reader.over(row);
      out.reset();
      for (const field of fields) field(reader, out);
      return out.take();
    },
  };
}

/** Takes one field of a row from the reader to the writer. */
type Field = (reader: AvroReader, out: AvroWriter) => void;

function fieldOf(column: Column, codec: ColumnCodec, rules: TableRules): Field {
  const { nullable } = column;
  const mask = rules.mask.get(column.name);
  if (rules.exclude.includes(column.name)) return (reader) => isNull(reader, nullable) || codec.skip(reader);
  if (mask === undefined) return (reader, out) => copied(reader, out, { nullable, codec });
  const masker = maskerOf(column.type, mask, rules.salt);
  return (reader, out) => masked(reader, out, { nullable, codec, masker });
}

function isNull(reader: AvroReader, nullable: boolean): boolean {
  return nullable && reader.byte() === 0;
}

interface Cell {
  readonly nullable: boolean;
  readonly codec: ColumnCodec;
}

function copied(reader: AvroReader, out: AvroWriter, { nullable, codec }: Cell): void {
  const start = reader.position;
  if (!isNull(reader, nullable)) codec.skip(reader);
  out.raw(reader.bytes, start, reader.position);
}

/** The union branch of a nullable column is 0 for NULL and 1 (a 2 as Avro writes it) for a value. */
function masked(reader: AvroReader, out: AvroWriter, cell: Cell & { readonly masker: Masker }): void {
  const { nullable, codec, masker } = cell;
  if (isNull(reader, nullable)) {
    out.byte(0);
    return;
  }
  if (masker === null) {
    codec.skip(reader);
    out.byte(0);
    return;
  }
  if (nullable) out.byte(2);
  masker(reader, out);
}

/** The table as it is behind the rules. */
export function ruledVersion(version: TableVersion, rules: TableRules): TableVersion {
  const kept = version.columns.flatMap((column, index) => (rules.exclude.includes(column.name) ? [] : [index]));
  const place = (index: number) => kept.indexOf(index);
  const stays = (index: number) =>
    place(index) >= 0 && keepsDistinct(rules.mask.get(version.columns[index]?.name ?? ''));
  return tableVersion({
    ...version,
    columns: kept.map((index) => ruledColumn(version.columns[index] as Column, rules)),
    key: version.key.map(place),
    // What is masked to fewer values is unique no more.
    uniques: version.uniques.filter((unique) => unique.every(stays)).map((unique) => unique.map(place)),
  });
}

/** A masked column is no generated one any more: the target would work its value out anew. */
function ruledColumn(column: Column, rules: TableRules): Column {
  const mask = rules.mask.get(column.name);
  if (mask === undefined) return column;
  const { name, nullable } = column;
  return { name, type: maskedType(column.type, mask), nullable: nullable || mask.kind === 'null' };
}
