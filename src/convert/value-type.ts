import { membersOf } from '../column/member.ts';
import { columnType, type ValueType } from '../sql/value-type.ts';

/** A column as the source's catalogue tells it. */
export interface TypedColumn {
  readonly columnType: string;
  readonly collation: string | null;
}

/** What a column of a table or view is in the source's expressions, which order an ENUM by the places of its members. */
export function valueTypeOf({ columnType: mysql, collation }: TypedColumn, target: string | undefined): ValueType {
  const type = columnType(mysql, collation ?? undefined, target);
  if (type.kind === 'text' && mysql.startsWith('enum(')) return { ...type, members: membersOf(mysql) };
  return type.kind === 'other' && mysql.startsWith('set(') ? { ...type, flags: membersOf(mysql) } : type;
}
