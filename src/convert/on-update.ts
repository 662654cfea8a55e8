import { quoteIdent, quoteTable } from '../postgres/quote.ts';
import type { OnUpdateDesign, TableDesign } from './design.ts';

/** Session setting through which the first trigger of a row tells the second that the statement names the column. */
const SETTING = 'sluice.on_update';

/**
 * ON UPDATE CURRENT_TIMESTAMP as MySQL does it: only when the row changes, and only when the statement does not set the
 * column itself, not even to the value that it has. What a statement sets is told to no trigger function, but decides
 * whether a trigger with a column list fires: of two triggers, one after the other for each row by their names, the first
 * has such a list and leaves a mark that the second takes away. Both are ordinary triggers, so a session with
 * `session_replication_role = replica` never fires them.
 */
export function onUpdateStatements(piece: OnUpdateDesign, table: TableDesign): readonly string[] {
  const { schema } = table.name;
  const routine = `${quoteIdent(schema)}.${quoteIdent(piece.name)}`;
  return [
    `CREATE OR REPLACE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS $sluice$${onUpdateBody(piece, table)}$sluice$`,
    `CREATE OR REPLACE TRIGGER ${quoteIdent(triggerNames(piece)[0])} BEFORE UPDATE OF ${quoteIdent(piece.column)} ON ${quoteTable(table.name)}
  FOR EACH ROW EXECUTE FUNCTION ${routine}('named')`,
    `CREATE OR REPLACE TRIGGER ${quoteIdent(triggerNames(piece)[1])} BEFORE UPDATE ON ${quoteTable(table.name)}
  FOR EACH ROW EXECUTE FUNCTION ${routine}()`,
  ];
}

/** In the order in which PostgreSQL fires them; trigger names are free in each table. */
export function triggerNames({ order }: OnUpdateDesign): readonly [string, string] {
  return [`sluice_on_update_${order}a`, `sluice_on_update_${order}b`];
}

export function onUpdateBody(piece: OnUpdateDesign, table: TableDesign): string {
  return `
BEGIN
  IF TG_NARGS = 1 THEN
    PERFORM set_config('${SETTING}', 'named', true);
  ELSIF current_setting('${SETTING}', true) = 'named' THEN
    PERFORM set_config('${SETTING}', '', true);
  ELSIF ${isChanged(table)} THEN
    NEW.${quoteIdent(piece.column)} := ${piece.now};
  END IF;
  RETURN NEW;
END
`;
}

/** By the bytes, as MySQL compares; generated columns are computed only after triggers of this kind. */
function isChanged({ columns }: TableDesign): string {
  const plain = columns.filter(({ generated }) => generated === null);
  if (plain.length === columns.length) return 'NEW *<> OLD';
  const row = (of: 'NEW' | 'OLD') => `ROW(${plain.map(({ name }) => `${of}.${quoteIdent(name)}`).join(', ')})::record`;
  return `${row('NEW')} *<> ${row('OLD')}`;
}
