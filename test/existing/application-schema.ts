import type { LoadedTable } from '../../src/existing/read-object.ts';
import type { PostgresSession } from '../../src/postgres/connection.ts';
import { OBJECT_STATE } from './object-state.ts';

/** Tables as an application's migrations may have made them, with rows: every kind of object, in every state of it. */
const SCHEMA = `
  DROP SCHEMA IF EXISTS sluice CASCADE; DROP SCHEMA IF EXISTS "App" CASCADE; CREATE SCHEMA "App"; SET search_path = "App", public;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE FUNCTION is_fine(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 <> ''bad''';
  CREATE TABLE parent (id int PRIMARY KEY, "Code" varchar(10) NOT NULL, slug text, n int,
    CONSTRAINT "parent Code_uniq" UNIQUE ("Code"), CONSTRAINT parent_n UNIQUE (n) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT parent_slug UNIQUE NULLS NOT DISTINCT (slug) INCLUDE (n) DEFERRABLE);
  CREATE INDEX parent_slug_like ON parent (slug text_pattern_ops) WITH (fillfactor = 70) WHERE slug <> 'x';
  CREATE UNIQUE INDEX parent_lower ON parent (lower("Code"), (n + 1) DESC NULLS LAST);
  CREATE TABLE child (id int PRIMARY KEY, parent_id int, code varchar(10), note text, at timestamptz,
    CONSTRAINT "child's parent" FOREIGN KEY (parent_id) REFERENCES parent DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT child_code FOREIGN KEY (code) REFERENCES parent ("Code") MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (code),
    CONSTRAINT child_note CHECK (is_fine(note)), CONSTRAINT child_id CHECK (id > 0) NO INHERIT);
  INSERT INTO parent SELECT n, 'c' || n, 's' || n, n FROM generate_series(1, 50) n;
  INSERT INTO child SELECT n, n, 'c' || n, 'note', now() FROM generate_series(1, 50) n;
  ALTER TABLE child ADD CONSTRAINT child_late FOREIGN KEY (id) REFERENCES parent NOT VALID,
    ADD CONSTRAINT child_rule CHECK (note = 'never') NOT VALID;
  CREATE INDEX child_parent ON child USING hash (parent_id); CREATE INDEX child_at ON child USING brin (at);
  CREATE INDEX child_expression ON child (upper(note), length(code));
  ALTER INDEX child_expression ALTER COLUMN 1 SET STATISTICS 500; ALTER TABLE parent CLUSTER ON parent_lower;
  CREATE TRIGGER child_touch BEFORE UPDATE OF note ON child FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch();
  CREATE TRIGGER child_off AFTER INSERT ON child FOR EACH STATEMENT EXECUTE FUNCTION touch(); ALTER TABLE child DISABLE TRIGGER child_off;
  CREATE CONSTRAINT TRIGGER child_later AFTER INSERT ON child DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE TRIGGER child_always AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION touch(); ALTER TABLE child ENABLE ALWAYS TRIGGER child_always;
  COMMENT ON INDEX child_at IS 'it''s "brin"'; COMMENT ON INDEX parent_n IS 'behind'; COMMENT ON CONSTRAINT parent_n ON parent IS 'unique';
  COMMENT ON CONSTRAINT child_code ON child IS 'key'; COMMENT ON CONSTRAINT child_note ON child IS 'check';
  COMMENT ON TRIGGER child_touch ON child IS 'trigger';
  CREATE TABLE outside (id int PRIMARY KEY, u int NOT NULL); CREATE UNIQUE INDEX outside_u ON outside (u);
  ALTER TABLE outside REPLICA IDENTITY USING INDEX outside_u;
  CREATE TABLE other (id int PRIMARY KEY, outside_u int REFERENCES outside (u));
  RESET search_path;`;

export const LOADED: readonly LoadedTable[] = [
  { name: { schema: 'App', table: 'parent' }, key: ['id'] },
  { name: { schema: 'App', table: 'child' }, key: ['id'] },
  { name: { schema: 'App', table: 'outside' }, key: ['id'] },
];

export async function makeApplicationSchema(session: PostgresSession): Promise<void> {
  await session.query(SCHEMA);
}

/** See `OBJECT_STATE`. */
export async function stateOf(session: PostgresSession): Promise<readonly string[]> {
  await session.query('SET search_path = "App"');
  const { rows } = await session.query(OBJECT_STATE);
  await session.query('RESET search_path');
  return rows.map((row) => row['line'] ?? '');
}
