/**
 * Everything that the catalogue says of the indexes, constraints and triggers of the schema that is the search path's
 * first, a line each, as a query with one column `line`.
 */
export const OBJECT_STATE = `
  SELECT concat_ws(' | ', 'index', i.relname, pg_get_indexdef(i.oid), x.indisvalid, x.indimmediate, x.indisclustered,
           x.indisreplident, obj_description(i.oid, 'pg_class'), i.relowner::regrole, i.reltablespace,
           (SELECT string_agg(coalesce(a.attstattarget, -1)::text, ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = i.oid)) AS line
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE i.relnamespace = to_regnamespace(quote_ident(current_schema))
  UNION ALL
  SELECT concat_ws(' | ', 'constraint', c.conname, pg_get_constraintdef(c.oid), c.convalidated, c.condeferrable, c.condeferred,
           c.contype, c.conindid::regclass, c.conislocal, c.connoinherit, obj_description(c.oid, 'pg_constraint'))
  FROM pg_constraint c WHERE c.connamespace = to_regnamespace(quote_ident(current_schema))
  UNION ALL
  SELECT concat_ws(' | ', 'trigger', g.tgname, pg_get_triggerdef(g.oid), g.tgenabled, obj_description(g.oid, 'pg_trigger'))
  FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
  WHERE NOT g.tgisinternal AND t.relnamespace = to_regnamespace(quote_ident(current_schema))
  ORDER BY 1`;
