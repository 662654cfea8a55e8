import { quoteIdent, quoteLiteral } from '../postgres/quote.ts';
import type { StandingColumn, StandingTable } from '../postgres/standing-schema.ts';
import type {
  CheckDesign,
  ColumnDesign,
  CommentDesign,
  ExpressionDesign,
  IndexDesign,
  PartitionsDesign,
  TableDesign,
} from './design.ts';
import { apart } from './name-book.ts';
import { checkClause, columnLine, list } from './statement.ts';

/** What PostgreSQL may refuse of a table, piece by piece. */
export type ProvablePiece = ExpressionDesign | CheckDesign | IndexDesign | PartitionsDesign;

export interface ShadowPiece {
  readonly piece: ProvablePiece;
  readonly sql: string;
}

/** The table as a temporary one, with all that cannot be refused: columns without expressions, key, comments. */
export function shadowTable(table: TableDesign): string {
  const name = shadowName(table);
  const plain = table.columns.filter(({ generated }) => generated === null);
  const lines = [
    ...plain.map((column) => columnLine({ ...column, default: null }, isIdentity(table) ? table.identity : null)),
    ...(table.key === null
      ? []
      : [`CONSTRAINT ${quoteIdent(table.key.name)} PRIMARY KEY (${list(table.key.columns)})`]),
  ];
  const comments = table.comments.filter(
    ({ column }) => column === null || plain.some(({ name: one }) => one === column),
  );
  return [
    `CREATE TEMPORARY TABLE ${quoteIdent(table.name.table)} (${lines.join(', ')})`,
    ...comments.map((one) => shadowComment(one, name)),
  ].join(';\n');
}

/** The sequence of another column that counts is made with its table, not before. */
function isIdentity({ identity }: TableDesign): boolean {
  return identity !== null && identity.sequence === null;
}

/** Generated columns first: the others may speak of them. */
export function shadowPieces(table: TableDesign): readonly ShadowPiece[] {
  const name = shadowName(table);
  const alter = `ALTER TABLE ${name}`;
  return [
    ...table.columns.flatMap((column) => generatedPiece(column, table, alter)),
    ...table.columns.flatMap((column): ShadowPiece[] =>
      column.default === null || column.name === table.identity?.column
        ? []
        : [
            {
              piece: column.default,
              sql: `${alter} ALTER COLUMN ${quoteIdent(column.name)} SET DEFAULT ${column.default.sql}`,
            },
          ],
    ),
    ...table.checks.map((check): ShadowPiece => ({ piece: check, sql: `${alter} ADD ${checkClause(check)}` })),
    ...table.indexes.map((index) => indexPiece(index, name)),
    ...(table.partitions === null ? [] : [partitionPiece(table.partitions, table)]),
  ];
}

function generatedPiece(column: ColumnDesign, table: TableDesign, alter: string): ShadowPiece[] {
  if (column.generated === null) return [];
  const comments = table.comments.filter((comment) => comment.column === column.name);
  const add = `${alter} ADD COLUMN ${columnLine(column, null)}`;
  return [
    {
      piece: column.generated,
      sql: [add, ...comments.map((one) => shadowComment(one, shadowName(table)))].join(';\n'),
    },
  ];
}

function indexPiece(index: IndexDesign, table: string): ShadowPiece {
  const method = index.method === 'btree' ? '' : ` USING ${index.method}`;
  const create = `CREATE ${index.isUnique ? 'UNIQUE ' : ''}INDEX ${quoteIdent(index.name)} ON ${table}${method} (${index.parts.join(', ')})`;
  const comment = `COMMENT ON INDEX pg_temp.${quoteIdent(index.name)} IS ${quoteLiteral(index.comment)}`;
  return { piece: index, sql: index.comment === '' ? create : `${create};\n${comment}` };
}

/** Last, with the indexes that stand by then: each unique one must have the columns that divide the rows. */
function partitionPiece(partitions: PartitionsDesign, table: TableDesign): ShadowPiece {
  const double = quoteIdent(apart(table.name.table, 'partitions'));
  const parts = partitions.parts.map(({ rule }, i) => {
    const part = quoteIdent(apart(table.name.table, `partition ${i}`));
    return `CREATE TEMPORARY TABLE ${part} PARTITION OF pg_temp.${double} ${rule}`;
  });
  const create = `CREATE TEMPORARY TABLE ${double} (LIKE ${shadowName(table)} INCLUDING INDEXES) PARTITION BY ${partitions.by}`;
  return { piece: partitions, sql: [create, ...parts].join(';\n') };
}

function shadowComment({ column, text }: CommentDesign, table: string): string {
  const object = column === null ? `TABLE ${table}` : `COLUMN ${table}.${quoteIdent(column)}`;
  return `COMMENT ON ${object} IS ${quoteLiteral(text)}`;
}

function shadowName({ name }: TableDesign): string {
  return `pg_temp.${quoteIdent(name.table)}`;
}

/** The design without pieces; a generated column that is refused stays as a plain one, filled with values. */
export function withoutPieces(table: TableDesign, refused: ReadonlyMap<ProvablePiece, string>): TableDesign {
  if (refused.size === 0) return table;
  const kept = <T extends ProvablePiece>(piece: T) => !refused.has(piece);
  return {
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      default: column.default !== null && kept(column.default) ? column.default : null,
      generated: column.generated !== null && kept(column.generated) ? column.generated : null,
    })),
    checks: table.checks.filter(kept),
    indexes: table.indexes.filter(kept),
    partitions: table.partitions !== null && kept(table.partitions) ? table.partitions : null,
  };
}

/** The columns in the order of the design; one whose expression was refused is a plain column. */
export function orderedColumns(table: TableDesign, standing: StandingTable): readonly StandingColumn[] {
  return table.columns.map((column) => {
    const found = standing.columns.find(({ name }) => name === column.name);
    const comment = table.comments.find((one) => one.column === column.name)?.text ?? '';
    const plain = {
      isNotNull: column.isNotNull,
      default: null,
      generated: null,
      isIdentity: false,
      isNondeterministic: false,
      next: null,
    };
    return found ?? { name: column.name, type: column.type, comment, ...plain };
  });
}
