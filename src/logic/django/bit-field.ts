import type { Catalogue } from '../catalogue.ts';
import type { View } from '../program.ts';
import { key } from '../table-access.ts';
import { nodesOf } from '../walk.ts';

/** A field of models.py for BIT(1), which MySQL gives as a byte: b"\\x00" would be true. */
export const BIT_FIELD = `class BitField(models.IntegerField):
    """A bit as 0 or 1: MySQL gives it as a byte, PostgreSQL as true or false."""

    def from_db_value(self, value: Any, *_: Any) -> int | None:
        """What the database gives, as a number."""
        if isinstance(value, bytes):
            return int.from_bytes(value, "big")
        return None if value is None else int(value)`;

/** Whether a column of a view is a BIT(1) of the table that it comes from, by its place. */
export function isBit({ query }: View, at: number, catalogue: Catalogue): boolean {
  if (query.tag === 'opaque' || query.body.tag !== 'select') return false;
  const { items, from } = query.body;
  const item = items.slice(0, at + 1).some(({ tag }) => tag === 'star') ? undefined : items[at];
  if (item?.tag !== 'item' || item.expression.tag !== 'column') return false;
  const name = key(item.expression.parts.at(-1)?.text ?? '');
  return from
    .flatMap((table) => nodesOf(table, 'base'))
    .some(({ name: { parts } }) => {
      const type = catalogue.table(parts)?.sourceTypes.get(name);
      return type?.name === 'BIT' && (type.sizes[0] ?? 1) === 1;
    });
}
