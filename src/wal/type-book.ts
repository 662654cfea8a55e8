import type { PostgresSession } from '../postgres/connection.ts';
import type { Relation } from './pgoutput.ts';
import type { RelationShape, ShapeColumn } from './return-table.ts';

const TYPES = `
  SELECT format_type(t.oid, k.modifier) AS type,
         CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) WHEN 'e' THEN 'text' END AS base, k.ord
  FROM json_to_recordset($1::json) AS k (ord integer, type_oid bigint, modifier integer)
  LEFT JOIN pg_type t ON t.oid = k.type_oid::oid ORDER BY k.ord`;

/** A relation with the names of its types, which the stream tells by number. */
export async function shapeOf(session: PostgresSession, relation: Relation): Promise<RelationShape> {
  const asked = relation.columns.map(({ typeOid, typeModifier }, ord) => ({
    ord,
    type_oid: typeOid,
    modifier: typeModifier,
  }));
  const { rows } = await session.query(TYPES, [JSON.stringify(asked)]);
  const columns = relation.columns.map(({ name }, i): ShapeColumn => {
    const type = rows[i]?.['type'] ?? 'unknown';
    return { name, type, valueType: rows[i]?.['base'] ?? type };
  });
  const { schema, table, identity } = relation;
  return { schema, table, isIdentityFull: identity === 'f', columns };
}
