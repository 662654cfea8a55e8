import { columnTypeOfWire } from '../column/wire-type.ts';
import type { BinlogCoordinate } from '../contract/position.ts';
import type { TableVersion } from '../contract/table.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { describedVersion, type NamedType, type TableDescription } from '../mysql/description.ts';
import { isPast } from '../position/coordinate.ts';
import { type ColumnShape, limitOf, wireLimit } from './column-shape.ts';
import { missingMetadata } from './error.ts';
import { EventCursor } from './event-cursor.ts';
import type { Shapes } from './rewrite.ts';
import { RowDecoder } from './row-decoder.ts';
import { readColumns, readTableName, type TableName } from './table-map.ts';
import { type MetadataSource, readMetadata } from './table-map-metadata.ts';

/** What a table map needs beside itself. */
export interface TableSource extends MetadataSource {
  isPublished(database: string, table: string): boolean;
  /** The catalogue's view of a table now, or null when there is no such table (any more). */
  describe(database: string, table: string): Promise<TableDescription | null>;
}

/** Published tables as the catalogue had them when the stream began. */
export interface KnownTables {
  readonly tables: readonly Pick<CatalogueTable, 'version' | 'columns'>[];
  /** An end of the binlog that was asked for after them: no statement from there on was in them. */
  readonly before: BinlogCoordinate;
}

interface MappedTable extends TableName {
  /** The event's bytes behind the table id: the same bytes mean the same decoder. */
  readonly body: Buffer;
  /** null for a table that is not published. */
  readonly decoder: RowDecoder | null;
}

/** Table ids grow whenever the server opens a table anew. */
const MAX_IDS = 10_000;

/**
 * Tables as the events describe them (INV-10): names, types and primary key come from the table map, the rest from the
 * catalogue, asked once and again after DDL.
 */
export class TableRegistry {
  readonly #source: TableSource;
  readonly #byId = new Map<number, MappedTable>();
  readonly #descriptions = new Map<string, TableDescription | null>();
  /** The last version seen of each table. */
  readonly #latest = new Map<string, TableVersion>();
  /** Versions that the catalogue had when the stream began: those of tables not met yet, unless DDL came before. */
  readonly #assumed = new Set<TableVersion>();
  /** Columns as an event, and the statements since, showed them. */
  readonly #shapes = new Map<string, Shapes>();
  readonly #known: KnownTables;
  /** Tables that a statement of the stream was about: what was known at the start is past. */
  readonly #altered = new Set<string>();

  constructor(source: TableSource, known: KnownTables) {
    this.#source = source;
    this.#known = known;
    for (const { version } of known.tables) {
      this.#latest.set(keyOf(version), version);
      this.#assumed.add(version);
    }
  }

  isPublished(name: TableName): boolean {
    return this.#source.isPublished(name.database, name.table);
  }

  /** Takes in a TABLE_MAP. A promise only where the catalogue must be asked; the cursor's bytes are copied then. */
  map(cursor: EventCursor): Promise<void> | undefined {
    const id = cursor.uint(6);
    if (this.#byId.get(id)?.body.compare(cursor.bytes, cursor.position, cursor.end) === 0) return undefined;
    // Not of Buffer's pool: kept for long, a few bytes would hold all of one.
    const body = Buffer.from(new Uint8Array(cursor.slice(cursor.rest)).buffer);
    const own = new EventCursor().over(body);
    const name = readTableName(own);
    if (this.#byId.size >= MAX_IDS) this.#byId.clear();
    if (!this.isPublished(name)) {
      this.#byId.set(id, { ...name, body, decoder: null });
      return undefined;
    }
    const known = this.#descriptions.get(keyOf(name));
    if (known !== undefined) return this.#add(id, name, own, known);
    return this.describe(name).then((description) => this.#add(id, name, own, description));
  }

  /** Decoder of a mapped table; null for one that is not published. */
  decoder(id: number): RowDecoder | null {
    const mapped = this.#byId.get(id);
    if (mapped === undefined) throw new RangeError(`rows of table id ${id}, which no table map names`);
    return mapped.decoder;
  }

  /** The version that events last showed, or that was known at the start; null for any other table. */
  latest(name: TableName): TableVersion | null {
    return this.#latest.get(keyOf(name)) ?? null;
  }

  /**
   * The version that DDL changed into `after`; null when it is not known: what the catalogue had at the start may
   * already have been the outcome of this very DDL.
   */
  before(name: TableName, after: TableVersion | null): TableVersion | null {
    const latest = this.latest(name);
    const isOutcome = latest !== null && this.#assumed.has(latest) && latest.fingerprint === after?.fingerprint;
    return isOutcome ? null : latest;
  }

  /** From here on the table is known to be like this. */
  altered(name: TableName, { after, shapes }: { readonly after: TableVersion | null; readonly shapes: Shapes }): void {
    this.#altered.add(keyOf(name));
    this.#shapes.set(keyOf(name), shapes);
    if (after === null) this.#latest.delete(keyOf(name));
    else this.#kept(name, after);
  }

  /** The columns as they surely were before the statement at this place; those that are not known are left out. */
  shapes(name: TableName, at: BinlogCoordinate): Shapes {
    const shown = this.#shapes.get(keyOf(name));
    const { tables, before } = this.#known;
    const isNewer = before.serverId === at.serverId && isPast(at, before);
    if (!isNewer || this.#altered.has(keyOf(name))) return shown ?? new Map();
    const known = tables.find(({ version }) => keyOf(version) === keyOf(name));
    return new Map(
      known?.columns.map(({ name: column, columnType, type, nullable, isGenerated, extra }) => {
        const id = column.toLowerCase();
        const told = { type, nullable, isGenerated, limit: limitOf(columnType, type) };
        return [id, { ...(shown?.get(id) ?? told), isAutoIncrement: extra.includes('auto_increment') }];
      }),
    );
  }

  /** Published tables met so far in a database. */
  tablesOf(database: string): readonly TableName[] {
    return [...this.#latest.values()].filter((version) => version.database === database);
  }

  /** The catalogue's view, asked once until `forget`. */
  async describe(name: TableName): Promise<TableDescription | null> {
    const description = await this.#source.describe(name.database, name.table);
    this.#descriptions.set(keyOf(name), description);
    return description;
  }

  /** DDL ran: these tables are asked for again when they are met, or all. */
  forget(names: readonly TableName[] | 'all'): void {
    if (names === 'all') {
      this.#descriptions.clear();
      this.#byId.clear();
      return;
    }
    const keys = new Set(names.map(keyOf));
    for (const key of keys) this.#descriptions.delete(key);
    for (const [id, mapped] of this.#byId) if (keys.has(keyOf(mapped))) this.#byId.delete(id);
  }

  #add(id: number, name: TableName, body: EventCursor, description: TableDescription | null): undefined {
    const map = readColumns(body, name);
    const metadata = readMetadata(body, map.columns, this.#source);
    const { names } = metadata;
    if (names === null) throw missingMetadata(name);
    const hints = new Map(description?.columns.map((column) => [column.name, column.type]));
    const columns = map.columns.map((wire, i): NamedType => {
      const column = names[i] ?? '';
      const told = metadata.columns[i] ?? { unsigned: false, charset: null, members: null };
      return {
        name: column,
        type: columnTypeOfWire(wire, told, hints.get(column)),
        nullable: map.nullable[i] ?? false,
      };
    });
    const primaryKey = metadata.primaryKey.map((i) => names[i] ?? '');
    const version = this.#kept(name, describedVersion(description ?? unknownTable(name), columns, primaryKey));
    this.#byId.set(id, { ...name, body: body.bytes, decoder: new RowDecoder(version, map.columns) });
    const shown = this.#shapes.get(keyOf(name));
    const shapes = version.columns.map((column, i): readonly [string, ColumnShape] => {
      const { type, nullable, generated: isGenerated = false } = column;
      const wire = map.columns[i];
      const limit = wire ? wireLimit(wire, type) : null;
      const id = column.name.toLowerCase();
      // No event tells it: what an earlier statement or, in \`shapes\`, the start of the stream told holds.
      const isAutoIncrement = shown?.get(id)?.isAutoIncrement ?? false;
      return [id, { type, nullable, limit, isGenerated, isAutoIncrement }];
    });
    this.#shapes.set(keyOf(name), new Map(shapes));
    return undefined;
  }

  /** The object known already when the version is the same: stages keep what they know by object. */
  #kept(name: TableName, version: TableVersion): TableVersion {
    const latest = this.#latest.get(keyOf(name));
    if (latest?.fingerprint !== version.fingerprint) {
      this.#latest.set(keyOf(name), version);
      return version;
    }
    this.#assumed.delete(latest);
    return latest;
  }
}

function unknownTable({ database, table }: TableName): TableDescription {
  return { database, table, columns: [], key: [], uniques: [], cascades: [] };
}

function keyOf({ database, table }: TableName): string {
  return `${database}\u0000${table}`;
}
