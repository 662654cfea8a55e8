import type { Config, TableRule } from '../config/config.ts';
import { ruleOf } from '../config/table-filter.ts';
import type { CatalogueColumn, CatalogueTable } from '../mysql/catalogue-table.ts';
import type { ReadTable } from './data-scan.ts';
import type { Example } from './example.ts';
import type { RuleName } from './probe.ts';
import { RISKS, type Risk, RULE_TEXT } from './rule-table.ts';
import { type Estimate, estimateRows } from './sample.ts';
import type { Coverage, ProbeResult } from './table-scan.ts';

/** One rule that touches rows of one column, or of the columns of one key. */
export interface DataFinding {
  readonly rule: RuleName;
  readonly risk: Risk;
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly title: string;
  /** Rows that were read and touch the rule. */
  readonly found: number;
  /** Of the whole table: exact, estimated with an interval, or unknown beyond `found`. */
  readonly rows: TouchedRows;
  readonly examples: readonly Example[];
  readonly byDefault: string;
  readonly choices: readonly Choice[];
  /** A run needs an answer first. */
  readonly isOpen: boolean;
}

export type TouchedRows =
  | { readonly kind: 'exact'; readonly rows: number }
  | ({ readonly kind: 'estimated' } & Estimate)
  | { readonly kind: 'at-least'; readonly rows: number };

/** Lines of sluice.yaml are given by `set`; statements for the source by `sql`. */
export type Choice =
  | { readonly kind: 'rule'; readonly words: string; readonly set: RuleLine }
  | { readonly kind: 'advice'; readonly words: string };

/** `tables.rules.TABLE.OPTION.COLUMN: VALUE`; more values that the option takes stand in `others`. */
export interface RuleLine {
  readonly option: 'zeroDate' | 'nul' | 'cast' | 'case';
  readonly column: string;
  readonly value: string;
  readonly others: readonly string[];
}

/** What the scan found of one table, worst first; a probe that no row touches gives nothing. */
export function findingsOf({ table, reading }: ReadTable, config: Pick<Config, 'tables'>): readonly DataFinding[] {
  const rule = ruleOf(config.tables, table.version.database, table.version.table);
  const found = reading.results.filter(isFound).map((result) => findingOf(table, result, reading.coverage, rule));
  return sortFindings([...found, ...nearEnd(table)].filter((one) => !isSettled(one, rule)));
}

export function sortFindings(findings: readonly DataFinding[]): readonly DataFinding[] {
  return [...findings].sort((a, b) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk));
}

/** A rule about all values holds only where every value that was read agrees. */
function isFound({ probe, hits, among }: ProbeResult): boolean {
  return hits > 0 && (probe.among === undefined || hits === among);
}

function findingOf(
  table: CatalogueTable,
  result: ProbeResult,
  coverage: Coverage,
  rule: TableRule | null,
): DataFinding {
  const { probe, hits, examples } = result;
  const column = table.columns.find(({ name }) => name === probe.columns[0]);
  const text = RULE_TEXT[probe.rule];
  const isOpen = openness(probe.rule, column, rule);
  return {
    ...placeOf(table, probe.rule, probe.columns),
    title: probe.reference === undefined ? text.title : `${text.title}: ${probe.reference}`,
    risk: isOpen ? 'stops-run' : text.risk === 'stops-run' ? 'changes-values' : text.risk,
    found: hits,
    rows: touched(result, coverage, table.estimateRows),
    examples,
    byDefault: defaultOf(probe.rule, column, rule),
    choices: column === undefined ? [] : choicesOf(column, result),
    isOpen,
  };
}

function placeOf({ version }: CatalogueTable, rule: RuleName, columns: readonly string[]) {
  return { rule, database: version.database, table: version.table, columns };
}

function touched({ hits, places, probe }: ProbeResult, coverage: Coverage, tableRows: number): TouchedRows {
  if (coverage === 'whole') return { kind: 'exact', rows: hits };
  if (coverage === 'first' || probe.rule === 'spelling-groups') return { kind: 'at-least', rows: hits };
  return { kind: 'estimated', ...estimateRows(places, tableRows) };
}

function openness(rule: RuleName, column: CatalogueColumn | undefined, config: TableRule | null): boolean {
  if (column === undefined) return false;
  if (rule === 'nul') return (config?.nul.get(column.name) ?? 'refuse') === 'refuse';
  if (rule !== 'zero-date') return false;
  const given = config?.zeroDate.get(column.name);
  return given === 'refuse' || (given === undefined && !column.nullable);
}

function defaultOf(rule: RuleName, column: CatalogueColumn | undefined, config: TableRule | null): string {
  const given = column === undefined ? undefined : (config?.zeroDate.get(column.name) ?? undefined);
  const nul = column === undefined ? undefined : config?.nul.get(column.name);
  if (rule === 'zero-date' && given !== undefined)
    return given === 'refuse' ? 'refused by your rule' : `becomes ${given} by your rule`;
  if (rule === 'zero-date' && column?.nullable === false) return 'refused: the column is NOT NULL and there is no rule';
  if (rule === 'nul' && nul !== undefined && nul !== 'refuse') return `your rule is ${nul}`;
  return RULE_TEXT[rule].byDefault;
}

/** A cast or a choice of case that the configuration has already leaves nothing to advise. */
function isSettled({ rule, columns }: DataFinding, config: TableRule | null): boolean {
  if (rule === 'unique-spelling' || rule === 'spelling-groups') return config?.case.has(columns[0] ?? '') === true;
  return (rule === 'json-text' || rule === 'uuid-text') && config?.cast.has(columns[0] ?? '') === true;
}

const ruleChoice = (
  words: string,
  option: RuleLine['option'],
  column: string,
  value: string,
  ...others: string[]
): Choice => ({
  kind: 'rule',
  words,
  set: { option, column, value, others },
});
const advice = (words: string): Choice => ({ kind: 'advice', words });

function choicesOf(column: CatalogueColumn, { probe }: ProbeResult): readonly Choice[] {
  const { name } = column;
  switch (probe.rule) {
    case 'zero-date':
      return [
        ruleChoice('what stands for such a date on the target', 'zeroDate', name, 'null', '-infinity', '1970-01-01'),
      ];
    case 'nul':
      return [ruleChoice('what is done to the character', 'nul', name, 'strip', 'replace')];
    case 'not-boolean':
    case 'beyond-bigint':
    case 'not-time-of-day':
      return [advice('Keep the wider type, or correct these rows at the source before the tables are made.')];
    case 'json-text':
      return [ruleChoice('a type that knows its contents', 'cast', name, 'jsonb')];
    case 'uuid-text':
      return [
        ruleChoice('16 bytes instead of text; give every column that refers to it the same', 'cast', name, 'uuid'),
      ];
    case 'invalid-text':
      return [advice('Correct the values at the source, through varbinary where no text can be written into them.')];
    case 'double-encoded':
      return [
        advice(
          'Repair the values at the source: through varbinary, or by UPDATE ... CONVERT(CAST(... AS BINARY) USING utf8mb4).',
        ),
      ];
    case 'orphan':
    case 'reference-spelling':
      return [
        advice('Correct or delete the rows at the source, or set the reference to NULL, before the keys are made.'),
      ];
    case 'orphan-guess':
      return [advice('Ask whether the reference is meant; sluice makes only the foreign keys that the source has.')];
    case 'spelling-groups':
    case 'unique-spelling':
      return [
        ruleChoice(
          `compare without case, as MySQL does (citext); or plain text that is unique over lower(${name}) (lower); or exact`,
          'case',
          name,
          'citext',
          'lower',
          'exact',
        ),
      ];
    default:
      return [advice('Nothing needs to be decided; look whether the application relies on it.')];
  }
}

const INTEGER_BYTES_LIMIT = 0.8;

/** From the catalogue alone: the next number has passed four fifths of what the column takes. */
function nearEnd(table: CatalogueTable): readonly DataFinding[] {
  const column = table.columns.find(({ extra }) => extra.includes('auto_increment'));
  if (column?.type.kind !== 'integer' || table.nextAutoIncrement === null) return [];
  const { bytes, unsigned } = column.type;
  const largest = 2n ** BigInt(bytes * 8 - (unsigned ? 0 : 1)) - 1n;
  const next = BigInt(table.nextAutoIncrement);
  if (Number(next) < Number(largest) * INTEGER_BYTES_LIMIT) return [];
  const { title, risk, byDefault } = RULE_TEXT['auto-increment-end'];
  return [
    {
      ...placeOf(table, 'auto-increment-end', [column.name]),
      title: `${title}: next ${next} of ${largest}`,
      risk,
      found: 0,
      rows: { kind: 'exact', rows: 0 },
      examples: [],
      byDefault,
      choices: [ruleChoice('room for more', 'cast', column.name, 'bigint')],
      isOpen: false,
    },
  ];
}
