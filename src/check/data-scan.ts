import type { Config } from '../config/config.ts';
import { ruleOf } from '../config/table-filter.ts';
import { type Finding, finding, type Severity } from '../contract/finding.ts';
import { holdsNul, isNoDate } from '../convert/refused-value.ts';
import { questionOf, type Question as ScanQuestion, violation } from '../convert/scan.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import type { MysqlConnection } from '../mysql/connection.ts';
import { quoteIdentifier, quoteTable } from '../mysql/identifier.ts';
import { nameOf } from './source-table.ts';

/** A question to the data of one column: how many rows break what its type promises. */
interface Question {
  /** It asks what the converter makes of the column; an existing schema has its type already. */
  readonly decidesType?: true;
  readonly appliesTo: (column: CatalogueColumn) => boolean;
  /** SQL condition over the quoted column; never NULL for a NULL value's sake. */
  readonly condition: (quoted: string) => string;
  readonly report: (count: string, subject: Subject) => Finding;
}

/** As the scan asks that decides types. */
function deciding(question: ScanQuestion): Pick<Question, 'decidesType' | 'appliesTo' | 'condition'> {
  return {
    decidesType: true,
    appliesTo: ({ columnType }) => questionOf(columnType) === question,
    condition: (quoted) => violation(quoted, question),
  };
}

interface Subject {
  readonly table: CatalogueTable;
  readonly column: CatalogueColumn;
  readonly tables: Config['tables'];
}

const QUESTIONS: readonly Question[] = [
  {
    appliesTo: ({ type }) => ['date', 'datetime', 'timestamp'].includes(type.kind),
    condition: isNoDate,
    report: reportZeroDates,
  },
  {
    appliesTo: ({ type }) => type.kind === 'text',
    condition: holdsNul,
    report: reportNuls,
  },
  {
    ...deciding('isBoolean'),
    report: (count, subject) =>
      told(count, subject, 'COLUMN_NOT_BOOLEAN', 'hold more than 0 and 1: the column becomes smallint'),
  },
  {
    ...deciding('fitsBigint'),
    report: (count, subject) =>
      told(count, subject, 'COLUMN_BEYOND_BIGINT', 'are beyond 2^63: the column becomes numeric(20,0)'),
  },
  {
    ...deciding('isTimeOfDay'),
    report: (count, subject) =>
      told(count, subject, 'COLUMN_NOT_TIME_OF_DAY', 'are no time of day: the column becomes interval'),
  },
];

/** Reads every table once, as a whole: what of its data PostgreSQL cannot hold, or what decides a type. */
export async function scanTable(
  connection: MysqlConnection,
  table: CatalogueTable,
  { tables, target }: Pick<Config, 'tables' | 'target'>,
): Promise<readonly Finding[]> {
  const questions = QUESTIONS.filter(({ decidesType }) => target.ddl === 'convert' || decidesType !== true);
  const asked = table.columns
    .filter(isSeen(table, tables))
    .flatMap((column) =>
      questions.filter((question) => question.appliesTo(column)).map((question) => ({ column, question })),
    );
  if (asked.length === 0) return [];
  const counts = asked.map(
    ({ column, question }, index) => `SUM(${question.condition(quoteIdentifier(column.name))}) AS c${index}`,
  );
  const row = await connection.row(`SELECT ${counts.join(', ')} FROM ${quoteTable(table.version)}`);
  return asked.flatMap(({ column, question }, index) => {
    const count = row[`c${index}`] ?? '0';
    return count === '0' ? [] : [question.report(count, { table, column, tables })];
  });
}

/** What is left out or masked as a whole does not reach the target as it is. */
function isSeen({ version }: CatalogueTable, tables: Config['tables']): (column: CatalogueColumn) => boolean {
  const rule = ruleOf(tables, version.database, version.table);
  return ({ name }) => {
    const mask = rule?.mask.get(name);
    return !rule?.exclude.includes(name) && (mask === undefined || mask.kind === 'truncate');
  };
}

function reportZeroDates(count: string, { table, column, tables }: Subject): Finding {
  const { database, table: name } = table.version;
  const object = `${nameOf(table)}.${column.name}`;
  const rule = ruleOf(tables, database, name)?.zeroDate.get(column.name);
  const say = (severity: Severity, message: string, ...cure: string[]): Finding =>
    finding(severity, 'COLUMN_ZERO_DATE', object, `${count} rows hold a zero or impossible date ${message}`, ...cure);
  if (rule !== undefined && rule !== 'refuse') return say('information', `and become ${rule} by your rule`);
  if (column.nullable && rule === undefined) return say('information', 'and become NULL');
  const line = (value: string): string =>
    `tables: { rules: { ${JSON.stringify(name)}: { zeroDate: { ${JSON.stringify(column.name)}: ${value} } } } }`;
  const why = rule === 'refuse' ? 'and your rule refuses them' : 'in a NOT NULL column, and there is no rule for it';
  return say('blocker', why, `${line('null')} # or "-infinity", or a date like 1970-01-01`);
}

function reportNuls(count: string, { table, column, tables }: Subject): Finding {
  const { database, table: name } = table.version;
  const object = `${nameOf(table)}.${column.name}`;
  const rule = ruleOf(tables, database, name)?.nul.get(column.name) ?? 'refuse';
  const message = `${count} rows hold a NUL character, which PostgreSQL's text cannot`;
  if (rule !== 'refuse') return finding('information', 'COLUMN_NUL', object, `${message}: your rule is ${rule}`);
  const line = `tables: { rules: { ${JSON.stringify(name)}: { nul: { ${JSON.stringify(column.name)}: strip } } } } # or replace`;
  return finding('blocker', 'COLUMN_NUL', object, `${message}, and there is no rule for it`, line);
}

function told(count: string, { table, column }: Subject, code: string, what: string): Finding {
  return finding('information', code, `${nameOf(table)}.${column.name}`, `${count} rows ${what}`);
}
