import { quoteTable } from '../postgres/quote.ts';
import type {
  StandingForeignKey,
  StandingSchema,
  StandingSequence,
  StandingTable,
  StandingTrigger,
} from '../postgres/standing-schema.ts';
import type { SequenceDesign, TableDesign } from './design.ts';
import { onUpdateBody, triggerNames } from './on-update.ts';
import type { Proof } from './prove.ts';
import { nextOf } from './statement.ts';

/** The target as it should be, in the form in which what stands is read; views are not in it. */
export function expectedSchema({ design, expected }: Proof): StandingSchema {
  return {
    tables: design.tables.flatMap((table) => {
      const shadow = expected.get(quoteTable(table.name));
      return shadow === undefined ? [] : [expectedTable(table, shadow)];
    }),
    views: [],
    sequences: design.sequences.map(expectedSequence),
  };
}

function expectedTable(table: TableDesign, shadow: StandingTable): StandingTable {
  const { identity } = table;
  return {
    ...shadow,
    columns: shadow.columns.map((column) => ({
      ...column,
      default: calledBy(column.name, table) ?? column.default,
      next: column.name === identity?.column ? identity.next : null,
    })),
    foreignKeys: table.foreignKeys.map((key): StandingForeignKey => {
      const { name, columns, parent, parentColumns, onDelete, onUpdate } = key;
      return { name, columns, parent, parentColumns, onDelete, onUpdate, isValid: true };
    }),
    triggers: table.onUpdates.flatMap((piece) =>
      triggerNames(piece).map((name): StandingTrigger => ({ name, enabled: 'O', body: onUpdateBody(piece, table) })),
    ),
  };
}

/** A default that calls a sequence: where that is not made yet, the shadow of the table is without it. */
function calledBy(name: string, { identity, columns }: TableDesign): string | null {
  if (identity?.column === name && identity.sequence !== null) return nextOf(identity.sequence);
  const sql = columns.find((column) => column.name === name)?.default?.sql ?? '';
  return sql.startsWith('nextval(') ? sql : null;
}

function expectedSequence({
  name,
  start,
  least,
  greatest,
  increment,
  isCycling,
  next,
}: SequenceDesign): StandingSequence {
  return { name, start, least, greatest, increment, isCycling, next };
}
