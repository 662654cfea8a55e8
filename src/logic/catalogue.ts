import { membersOf } from '../column/member.ts';
import { valueTypeOf } from '../convert/value-type.ts';
import type { CatalogueColumn, CatalogueIndex, CatalogueTable } from '../mysql/catalogue-table.ts';
import { dialect } from '../sql/dialect.ts';
import type { Name } from '../sql/expression.ts';
import { quoteName } from '../sql/fragment.ts';
import { lex } from '../sql/lexer.ts';
import { cursorAt } from '../sql/parse.ts';
import { ROOT_COLLATION, type TableColumn, type TableShape } from '../sql/scope.ts';
import { SyntaxFailure } from '../sql/syntax-failure.ts';
import type { ValueType } from '../sql/value-type.ts';
import { rulesNamedAsTypes } from './check-name.ts';
import type { DataType } from './data-type.ts';
import type { ScriptTable } from './parse-script.ts';
import { pgType } from './pg-type.ts';
import { readDataType } from './read/data-type.ts';
import { key } from './table-access.ts';
import type { ColumnDefinition, TableDefinition } from './table-definition.ts';

/** A table of the source as the target has it, with what changes of rows need to know. */
export interface KnownTable {
  readonly shape: TableShape;
  /** The primary key and every other unique key of plain columns. */
  readonly uniques: readonly (readonly string[])[];
  readonly autoIncrement: string | undefined;
  /** Foreign keys by which rows of it go or change with one of another table: ON DELETE and ON UPDATE CASCADE, SET NULL. */
  readonly cascades: readonly CascadingKey[];
  /** The columns of its foreign keys, in small letters. */
  readonly references: ReadonlySet<string>;
  /** The source's types of its columns, by name in small letters; one that is not understood is left out. */
  readonly sourceTypes: ReadonlyMap<string, DataType>;
  /** Its own CHECKs that the target calls as it calls those that stand for types. */
  readonly rules: readonly string[];
  /** It is a view: it is read, and what writes to it is not converted. */
  readonly isView?: boolean;
}

/** Columns of a table, and those of the parent, in one order. */
export interface CascadingKey {
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

/** Collations of the target that conversions may use. */
export interface Collations {
  /** One that knows the case of letters beyond ASCII, where that of its database does not. */
  readonly caseCollation?: string | undefined;
  /** ICU's root collation; undefined: the server was built without ICU. */
  readonly orderCollation?: string | undefined;
}

/** Of a target that was not asked: packages and managed services of PostgreSQL 15 and later all have ICU. */
const UNASKED: Collations = { orderCollation: ROOT_COLLATION };

/** What is known of tables and routines of the source. */
export class Catalogue {
  readonly #tables: ReadonlyMap<string, KnownTable>;
  readonly caseCollation: string | undefined;
  readonly orderCollation: string | undefined;

  constructor(tables: ReadonlyMap<string, KnownTable>, { caseCollation, orderCollation }: Collations = UNASKED) {
    this.#tables = tables;
    this.caseCollation = caseCollation;
    this.orderCollation = orderCollation;
  }

  /** By the last part of its name: one database is converted at a time. */
  table(parts: readonly Name[]): KnownTable | undefined {
    return this.#tables.get(key(parts.at(-1)?.text ?? ''));
  }

  /** With further tables, by their names in small letters. */
  with(tables: ReadonlyMap<string, KnownTable>): Catalogue {
    return new Catalogue(new Map([...this.#tables, ...tables]), this);
  }

  all(): readonly KnownTable[] {
    return [...this.#tables.values()];
  }

  /** CHECKs of the tables' own that have names like those that stand for types. */
  get rules(): ReadonlySet<string> {
    return new Set(this.all().flatMap(({ rules }) => rules));
  }
}

/** PostgreSQL's type of a column as `information_schema` names it; undefined where the table does not stand. */
export type TargetTypeOf = (table: string, column: string) => string | undefined;

/** Of a live source. A column that does not stand on the target has the type that it would have by default. */
export function catalogueOf(
  tables: readonly CatalogueTable[],
  typeOf: TargetTypeOf = () => undefined,
  collations: Collations = UNASKED,
): Catalogue {
  const known = tables.map((table) => [key(table.version.table), knownTable(table, typeOf)] as const);
  return new Catalogue(new Map(known), collations);
}

function knownTable(table: CatalogueTable, typeOf: TargetTypeOf): KnownTable {
  const sourceTypes = new Map(
    table.columns.flatMap(({ name, columnType }) => {
      const type = dataTypeOf(columnType);
      return type === undefined ? [] : [[key(name), type] as const];
    }),
  );
  const columns = table.columns.map((column) => columnOf(column, typeOf(table.version.table, column.name)));
  const primary = table.indexes.find(({ isPrimary }) => isPrimary);
  const keys = table.indexes.filter(({ isUnique }) => isUnique).map((index) => ({ index, names: plainColumns(index) }));
  return {
    shape: {
      sql: quoteName(table.version.table),
      columns,
      key: primary?.parts.flatMap(({ column }) => column ?? []) ?? table.description.key,
      uniques: keys.filter(({ index }) => !index.isPrimary).map(({ names }) => names),
    },
    uniques: keys.flatMap(({ names }) => (names.length === 0 ? [] : [names])),
    autoIncrement: table.columns.find(({ extra }) => extra.includes('auto_increment'))?.name,
    references: new Set(table.foreignKeys.flatMap(({ columns: own }) => own.map(key))),
    cascades: table.foreignKeys
      .filter(({ onDelete, onUpdate }) => [onDelete, onUpdate].some((act) => /CASCADE|SET/.test(act)))
      .map(({ columns: own, parentTable, parentColumns }) => ({ columns: own, parent: parentTable, parentColumns })),
    sourceTypes,
    rules: rulesNamedAsTypes(table, sourceTypes),
  };
}

/** MariaDB's language has every type of both servers. */
const TYPES = dialect('mariadb', 110_800, '');

function dataTypeOf(text: string): DataType | undefined {
  try {
    return readDataType(cursorAt(lex(text, TYPES), TYPES));
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    return undefined;
  }
}

function columnOf(column: CatalogueColumn, target: string | undefined): TableColumn {
  const { name, columnType: mysql, extra } = column;
  const members = /^(?:enum|set)\(/.test(mysql) ? membersOf(mysql) : undefined;
  const length = /^(?:var)?char\((\d+)\)/.exec(mysql)?.[1];
  return {
    name,
    sql: quoteName(name),
    type: valueTypeOf(column, target),
    ...(members === undefined ? {} : { members }),
    isAutoIncrement: extra.includes('auto_increment'),
    isNullByDefault: column.nullable && column.default === null && column.generated === null,
    ...emptyValue(column, members),
    isNarrow: /^(?:tiny|small|medium)int\b|\bunsigned\b/.test(mysql),
    ...(length === undefined ? {} : { lengthChars: Number(length) }),
  };
}

/** What a row gets that gives the column nothing, where it is NOT NULL and has no default: an ENUM its first member. */
function emptyValue(
  { nullable, default: initial, generated, extra, columnType: mysql }: CatalogueColumn,
  members: readonly string[] | undefined,
): Pick<TableColumn, 'isRequired' | 'firstMember'> {
  if (nullable || initial !== null || generated !== null || extra.includes('auto_increment')) return {};
  const [first] = mysql.startsWith('enum(') ? (members ?? []) : [];
  return first === undefined ? { isRequired: true } : { firstMember: first };
}

/** Empty for a key over expressions or prefixes. */
function plainColumns({ parts }: CatalogueIndex): readonly string[] {
  const names = parts.flatMap(({ column, prefix }) => (column === null || prefix !== null ? [] : [column]));
  return names.length === parts.length ? names : [];
}

/** Of the CREATE TABLE statements of a script. */
export function catalogueOfScript(tables: readonly ScriptTable[]): Catalogue {
  return new Catalogue(
    new Map(
      tables.map(({ definition, text }) => [key(definition.name.parts.at(-1)?.text ?? ''), tableOf(definition, text)]),
    ),
  );
}

function emptyMember({ name, members: [first] }: DataType): Pick<TableColumn, 'isRequired' | 'firstMember'> {
  return name === 'ENUM' && first !== undefined ? { firstMember: first } : { isRequired: true };
}

/** A SET of a table is a list on the target; in a temporary one, which a program makes, it is the text. */
function scriptColumn(column: ColumnDefinition, isTemporary: boolean): TableColumn {
  const { name, type, isAutoIncrement, isNotNull, initial } = column;
  const own = pgType(type)?.value ?? ({ kind: 'other', name: type.name.toLowerCase() } as const);
  const isList = type.name === 'SET' && !isTemporary;
  const found: ValueType = isList ? { kind: 'other', name: 'text[]', flags: type.members } : own;
  return {
    name: name.text,
    sql: quoteName(name.text),
    type: found,
    ...(type.members.length === 0 ? {} : { members: type.members }),
    isAutoIncrement,
    isNullByDefault: !isNotNull && !isAutoIncrement && (initial === undefined || initial.tag === 'null'),
    ...(isNotNull && !isAutoIncrement && initial === undefined ? emptyMember(type) : {}),
    isNarrow: type.isUnsigned || /^(?:TINYINT|SMALLINT|MEDIUMINT)$/.test(type.name),
    ...(/^(?:VAR)?CHAR$/.test(type.name) && type.sizes[0] !== undefined ? { lengthChars: type.sizes[0] } : {}),
  };
}

/** Columns that say no collation have that of the table, where it says one. */
function withCollation({ columns, options }: TableDefinition, text: string): readonly ColumnDefinition[] {
  const told =
    options === undefined ? null : /\bCOLLATE\s*=?\s*['"]?(\w+)/i.exec(text.slice(options.start, options.end));
  const collation = told?.[1];
  if (collation === undefined) return columns;
  const isOwn = ({ type }: ColumnDefinition) => type.collation !== undefined || type.charset !== undefined;
  return columns.map((column) => (isOwn(column) ? column : { ...column, type: { ...column.type, collation } }));
}

/** A table by its definition; `schema` stands before its name on the target. */
export function tableOf(definition: TableDefinition, text = '', schema = ''): KnownTable {
  const collated = withCollation(definition, text);
  const columns = collated.map((column) => scriptColumn(column, definition.isTemporary));
  const keys = definition.keys.filter(({ kind, isPlain }) => isPlain && (kind === 'primary' || kind === 'unique'));
  const own = definition.columns.filter(({ key: of }) => of !== undefined);
  const uniques = [
    ...keys.map((one) => one.columns.map((column) => column.text)),
    ...own.map(({ name }) => [name.text]),
  ];
  const primary = keys.find(({ kind }) => kind === 'primary')?.columns.map((column) => column.text);
  const first = own.find(({ key: of }) => of === 'primary')?.name.text;
  const name = definition.name.parts.at(-1)?.text ?? '';
  return {
    shape: {
      sql: schema === '' ? quoteName(name) : `${schema}.${quoteName(name)}`,
      columns,
      key: primary ?? (first === undefined ? [] : [first]),
      uniques: uniques.filter((unique) => unique.join() !== (primary ?? [first]).join()),
    },
    uniques,
    autoIncrement: definition.columns.find(({ isAutoIncrement }) => isAutoIncrement)?.name.text,
    references: new Set(
      definition.keys.flatMap(({ kind, columns: own }) =>
        kind === 'foreign' ? own.map(({ text: of }) => key(of)) : [],
      ),
    ),
    cascades: definition.keys.flatMap(({ kind, columns: own, start, end }) =>
      kind === 'foreign' ? cascadeOf(own, text.slice(start, end)) : [],
    ),
    sourceTypes: new Map(collated.map((column) => [key(column.name.text), column.type])),
    rules: [],
  };
}

const REFERENCES = /REFERENCES\s+(?:[`"\w]+\s*\.\s*)?[`"]?(\w+)[`"]?\s*\(([^)]*)\)/i;

/** Read from the text of a foreign key. */
function cascadeOf(columns: readonly Name[], text: string): readonly CascadingKey[] {
  const [, parent, list = ''] = /CASCADE|SET\s+NULL/i.test(text) ? (REFERENCES.exec(text) ?? []) : [];
  if (parent === undefined) return [];
  const parentColumns = list.split(',').map((name) => name.trim().replaceAll(/[`"]/g, ''));
  return [{ columns: columns.map((column) => column.text), parent, parentColumns }];
}
