import { AvroReader } from '../avro/reader.ts';
import type { ColumnCodec, SourceLiteral } from '../column/codec.ts';
import { codecOf } from '../column/family.ts';
import { fieldOffsets, rowLayout } from '../column/row.ts';
import { ValueError } from '../contract/error.ts';
import type { ColumnType, TableVersion } from '../contract/table.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';

/** One column of a version, as it is written. */
export interface WrittenColumn {
  readonly quoted: string;
  readonly kind: ColumnType['kind'];
  readonly charset: string | null;
  readonly isNullable: boolean;
  readonly literal: SourceLiteral;
  /** ON UPDATE CURRENT_TIMESTAMP: left alone only when it is named. */
  readonly isTouched: boolean;
}

/** How rows of one version of a table become SQL of the table that stands at the source. */
export interface SourceTable {
  readonly version: TableVersion;
  readonly name: string;
  readonly columns: readonly WrittenColumn[];
  /** Indexes of the key's columns. */
  readonly key: readonly number[];
  /** `, col = col` for columns that an UPDATE would touch and that the version does not hold. */
  readonly untouched: string;
}

export function sourceTable(version: TableVersion, catalogue: CatalogueTable): SourceTable {
  const byName = new Map(catalogue.columns.map((column) => [column.name, column]));
  const held = new Set(version.columns.map(({ name }) => name));
  const untouched = catalogue.columns.filter((column) => isTouched(column) && !held.has(column.name));
  return {
    version,
    name: quoteTable(version),
    columns: version.columns.map(({ name, type, nullable }) => written(name, type, nullable, byName.get(name))),
    key: version.key,
    untouched: untouched.map(({ name }) => `, ${quoteIdentifier(name)} = ${quoteIdentifier(name)}`).join(''),
  };
}

function isTouched({ extra }: CatalogueColumn): boolean {
  return extra.includes('on update');
}

function written(name: string, type: ColumnType, nullable: boolean, there: CatalogueColumn | undefined): WrittenColumn {
  const codec: ColumnCodec = codecOf(type);
  const isOfType = there?.type.kind === type.kind;
  return {
    quoted: quoteIdentifier(name),
    kind: type.kind,
    charset: there?.charset ?? null,
    isNullable: nullable,
    literal: isOfType && there ? codec.literal(there.columnType) : notOfType,
    isTouched: there !== undefined && isTouched(there),
  };
}

/** The value came as text, since the source's type has no form for it (INV-142). */
const notOfType: SourceLiteral = () => {
  throw new ValueError('not-of-type', 'the value is none that the type at the source has');
};

/** A row's fields as SQL; made only where they are asked for. */
export class RowLiterals {
  readonly #table: SourceTable;
  readonly #row: Uint8Array;
  readonly #offsets: readonly number[];

  constructor(table: SourceTable, row: Uint8Array) {
    this.#table = table;
    this.#row = row;
    this.#offsets = fieldOffsets(rowLayout(table.version), row);
  }

  isNull(index: number): boolean {
    return this.#column(index).isNullable && this.#row[this.#offsets[index] as number] === 0;
  }

  /** ValueError where the source cannot hold the value. */
  literal(index: number): string {
    const { isNullable, literal } = this.#column(index);
    if (this.isNull(index)) return 'NULL';
    const start = (this.#offsets[index] as number) + (isNullable ? 1 : 0);
    return literal(new AvroReader().over(this.#row, start, this.#offsets[index + 1] as number));
  }

  isSame(index: number, other: RowLiterals): boolean {
    return this.#bytes(index).equals(other.#bytes(index));
  }

  #bytes(index: number): Buffer {
    const { buffer, byteOffset } = this.#row;
    const [start, end] = [this.#offsets[index] as number, this.#offsets[index + 1] as number];
    return Buffer.from(buffer, byteOffset + start, end - start);
  }

  #column(index: number): WrittenColumn {
    const column = this.#table.columns[index];
    if (!column) throw new RangeError(`no column ${index} in ${this.#table.name}`);
    return column;
  }
}
