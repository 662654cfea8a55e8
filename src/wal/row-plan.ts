import { AvroWriter } from '../avro/writer.ts';
import type { QueryDecoder, ValuePolicy } from '../column/codec.ts';
import { codecOf } from '../column/family.ts';
import { zeroDate } from '../column/stamp-home.ts';
import { SluiceError, ValueError } from '../contract/error.ts';
import { type Column, type ColumnType, type TableVersion, tableVersion } from '../contract/table.ts';
import type { Field, Tuple } from './pgoutput.ts';
import type { RelationShape, ReturnColumn, ReturnTable } from './return-table.ts';

interface PlannedColumn {
  readonly column: Column;
  /** Place in the relation's tuples. */
  readonly index: number;
  readonly decode: QueryDecoder;
  /** Avro bytes for NULL in a column that takes none: the zero date that a policy made NULL. */
  readonly forNull: Buffer | null;
}

/** A row's images under one version. */
export interface Images {
  readonly version: TableVersion;
  readonly before: Buffer | null;
  readonly after: Buffer | null;
}

const TEXT: ColumnType = { kind: 'text', charset: 'utf8mb4' };

/** How tuples of one relation become images of the source's table. */
export class RowPlan {
  readonly version: TableVersion;
  readonly #columns: readonly PlannedColumn[];
  readonly #out = new AvroWriter(1024);
  readonly #asText = new Map<string, TableVersion>();

  constructor(table: ReturnTable, shape: RelationShape) {
    this.version = table.version;
    this.#columns = table.version.columns.map((column, i) => planned(column, table.columns[i] as ReturnColumn, shape));
  }

  /**
   * Both images. What the source's type cannot even be written down as goes as the target's text, in a version of the
   * table that says so: the log holds it whole, and the sink sets it aside (INV-142).
   */
  images(before: Tuple | null, after: Tuple | null): Images {
    const odd = new Set<number>();
    const images = this.#both(before, after, odd);
    if (odd.size === 0) return { version: this.version, ...images };
    return { version: this.#versionAsText(odd), ...this.#both(before, after, odd) };
  }

  /** Columns in `odd` are written as text; others that turn out to be odd are added to it. */
  #both(before: Tuple | null, after: Tuple | null, odd: Set<number>) {
    return {
      before: before && this.#image(before, null, odd),
      after: after && this.#image(after, before, odd),
    };
  }

  #image(tuple: Tuple, old: Tuple | null, odd: Set<number>): Buffer {
    const out = this.#out;
    out.reset();
    for (const [i, planned] of this.#columns.entries()) {
      const field = fieldOf(tuple, old, planned.index);
      if (odd.has(i)) writeText(out, field);
      else if (!writeField(out, field, planned)) odd.add(i);
    }
    return out.take();
  }

  #versionAsText(odd: ReadonlySet<number>): TableVersion {
    const name = [...odd].sort().join();
    const columns = this.version.columns.map((column, i) =>
      odd.has(i) ? { name: column.name, type: TEXT, nullable: true } : column,
    );
    const made = this.#asText.get(name) ?? tableVersion({ ...this.version, columns });
    this.#asText.set(name, made);
    return made;
  }
}

function planned(
  column: Column,
  { targetName, columnType, policy }: ReturnColumn,
  shape: RelationShape,
): PlannedColumn {
  const index = shape.columns.findIndex(({ name }) => name === targetName);
  const found = shape.columns[index];
  const decode = found && codecOf(column.type).fromTarget(found.valueType, { columnType, policy });
  if (!decode) throw uncarried(shape, column.name, found?.type ?? null);
  return { column, index, decode, forNull: column.nullable ? null : zeroBytes(column.type, policy) };
}

function zeroBytes(type: ColumnType, { zeroDate: rule }: ValuePolicy): Buffer | null {
  const text = rule.toLowerCase() === 'null' ? zeroDate(type) : null;
  if (text === null) return null;
  const out = new AvroWriter(32);
  out.ascii(text);
  return out.take();
}

/** Only a whole old row has what an update did not send. */
function fieldOf(tuple: Tuple, old: Tuple | null, index: number): Buffer | null {
  const field: Field | undefined = tuple[index] === 'unchanged' ? old?.[index] : tuple[index];
  if (field === undefined || field === 'unchanged') throw new RangeError('a tuple lacks a column of its relation');
  return field;
}

/** False where the value has no Avro form; the cursor is then undefined. */
function writeField(out: AvroWriter, field: Buffer | null, { column, decode, forNull }: PlannedColumn): boolean {
  if (field === null) {
    if (column.nullable) out.byte(0);
    else if (forNull) out.raw(forNull);
    else return false;
    return true;
  }
  if (column.nullable) out.byte(2);
  try {
    decode(field, 0, field.length, out);
    return true;
  } catch (error) {
    if (error instanceof ValueError) return false;
    throw error;
  }
}

function writeText(out: AvroWriter, field: Buffer | null): void {
  out.byte(field === null ? 0 : 2);
  if (field) out.slice(field);
}

/** REVERSE_COLUMN_NOT_CARRIED: a column that the way back needs is not there, or is of a type that it cannot read. */
function uncarried({ schema, table }: RelationShape, column: string, type: string | null): SluiceError {
  return new SluiceError({
    code: 'REVERSE_COLUMN_NOT_CARRIED',
    message: `${schema}.${table}: no column holds the values of ${column}${type === null ? '' : `, ${type} does not`}`,
    remedy: 'Undo the change of the table on the target, or give up the way back.',
    disposition: 'stop',
  });
}
