import { changedTable } from './changed-table.ts';
import type { Context } from './context.ts';
import { atom, compound, type Fragment } from './fragment.ts';
import { printDelete } from './print/delete.ts';
import { printInsert } from './print/insert.ts';
import { printQuery } from './print/query.ts';
import { printUpdate } from './print/update.ts';
import type { TableName } from './query.ts';
import type { Scope } from './scope.ts';
import type { Statement } from './statement.ts';
import { type Translation, translateBy } from './translate.ts';
import { NULL, UNKNOWN } from './value-type.ts';

/**
 * Translates a statement that reads or changes rows into one statement of PostgreSQL. SELECT ... INTO is the caller's to
 * take apart. `text` names the columns of a query, as translateQuery has it. Total: never throws for what the source holds.
 */
export function translateStatement(statement: Statement, scope: Scope, text?: string): Translation {
  return translateBy(statement, scope, (context) => printStatement(statement, context, text));
}

/** Translates TRUNCATE, whose numbers begin anew on both sides. */
export function translateTruncate(table: TableName, scope: Scope): Translation {
  return translateBy(table, scope, (context) => {
    context.report('TRANSACTION', table, 'TRUNCATE commits');
    return compound(`TRUNCATE ${changedTable(table, context).shape.sql} RESTART IDENTITY`, UNKNOWN);
  });
}

function printStatement(node: Statement, context: Context, text: string | undefined): Fragment {
  const { scope } = context;
  const { isDivisionChecked, isStrict } = scope.dialect.mode;
  const checked = { isDivisionChecked, isNumberChecked: isStrict && 'isIgnore' in node && !node.isIgnore };
  switch (node.tag) {
    case 'query':
      return printQuery(node, context, { text }).fragment;
    case 'insert':
      return printInsert(node, context.within({ ...scope, ...checked }));
    case 'update':
      return printUpdate(node, context.within({ ...scope, ...checked }));
    case 'delete':
      // MariaDB only warns of a text that is compared as a number there.
      return printDelete(
        node,
        context.within({
          ...scope,
          ...checked,
          isNumberChecked: checked.isNumberChecked && scope.dialect.flavor === 'mysql',
        }),
      );
    default:
      context.report('SYNTAX', node.at, node.reason);
      return atom('NULL', NULL);
  }
}
