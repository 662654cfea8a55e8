import type { ComparedObject } from '../../contract/compared-object.ts';
import { quoteIdent, quoteTable } from '../../postgres/quote.ts';
import type { StandingTable } from '../../postgres/standing-schema.ts';

/** Constraints validated, indexes valid, triggers as they fire: one line a table and kind, and one for each that is not. */
export function compareStanding(table: StandingTable): readonly ComparedObject[] {
  return [...constraints(table), ...indexes(table), ...triggers(table)];
}

function labelOf({ name }: StandingTable): string {
  return `${name.schema}.${name.table}`;
}

function constraints(table: StandingTable): readonly ComparedObject[] {
  const all = [...table.checks, ...table.foreignKeys];
  const label = labelOf(table);
  const open = all.filter(({ isValid }) => !isValid);
  const different = open.map(({ name }): ComparedObject => {
    const cure = `ALTER TABLE ${quoteTable(table.name)} VALIDATE CONSTRAINT ${quoteIdent(name)}`;
    const reason = 'holds new rows only: the rows that stand were never checked';
    return { ...differs('constraint', `${label}.${name}`, 'not validated'), reason, cure };
  });
  return [
    ...summary('constraint', label, `${all.length - open.length} validated`, all.length - open.length),
    ...different,
  ];
}

function indexes(table: StandingTable): readonly ComparedObject[] {
  const label = labelOf(table);
  const open = table.indexes.filter(({ isValid }) => !isValid);
  const different = open.map(({ name }): ComparedObject => {
    const cure = `REINDEX INDEX ${quoteIdent(table.name.schema)}.${quoteIdent(name)}`;
    const reason = 'is not used and refuses no duplicate: its building was cut off';
    return { ...differs('index', `${label}.${name}`, 'not valid'), reason, cure };
  });
  const valid = table.indexes.length - open.length;
  return [...summary('index', label, `${valid} valid`, valid), ...different];
}

const FIRES: Readonly<Record<string, string>> = {
  D: 'is switched off',
  R: 'fires in sessions of a replica only, which the application has not',
  A: 'fires on the rows that sluice applies as well',
};

function triggers(table: StandingTable): readonly ComparedObject[] {
  const label = labelOf(table);
  const open = table.triggers.filter(({ enabled }) => enabled !== 'O');
  const different = open.map(({ name, enabled }): ComparedObject => {
    const cure = `ALTER TABLE ${quoteTable(table.name)} ENABLE TRIGGER ${quoteIdent(name)}`;
    return { ...differs('trigger', `${label}.${name}`, enabled), reason: FIRES[enabled] ?? 'fires otherwise', cure };
  });
  const on = table.triggers.length - open.length;
  return [...summary('trigger', label, `${on} on`, on), ...different];
}

function summary(name: ComparedObject['name'], object: string, target: string, count: number): ComparedObject[] {
  return count === 0 ? [] : [{ name, object, state: 'equal', source: null, target, reason: null, cure: null }];
}

function differs(name: ComparedObject['name'], object: string, target: string) {
  return { name, object, state: 'different', source: null, target } as const;
}
