import type { Config } from '../config/config.ts';
import { type Priority, priorityOf } from '../config/table-filter.ts';
import type { Finding } from '../contract/finding.ts';
import type { Inventory } from '../convert/inventory.ts';
import type { Inventory as Programs } from '../logic/inventory.ts';
import type { CatalogueTable } from '../mysql/catalogue-table.ts';
import { tableKey } from '../mysql/table-key.ts';
import { type AppChange, appChanges } from './application.ts';
import type { DataScan } from './data-scan.ts';
import { type Effort, effortOf } from './effort.ts';
import { estimateLoad, type LoadEstimate } from './estimate.ts';
import { type DataFinding, findingsOf, sortFindings } from './finding.ts';
import { type AssessedObject, assessedObjects, countClasses, type ObjectClass } from './object-class.ts';
import { type RiskLine, risksOf } from './risk.ts';
import { ruleLines } from './rule-lines.ts';
import type { ScanCost } from './scan-cost.ts';
import type { ServerHabit } from './server-habit.ts';
import type { Sampling } from './table-scan.ts';

/** The whole assessment as plain values: the JSON document is this, terminal and page are made of it. */
export interface Assessment {
  readonly source: string;
  readonly databases: readonly string[];
  /** UTC, ISO. */
  readonly at: string;
  /** One sentence for who reads nothing else. */
  readonly summary: string;
  readonly counts: Readonly<Record<ObjectClass, number>>;
  readonly objects: readonly AssessedObject[];
  readonly findings: readonly DataFinding[];
  /** Lines of sluice.yaml; those that no run needs are comments. */
  readonly rules: string;
  /** Choices that a run needs: findings that are open, and tables that cannot be read. */
  readonly open: readonly string[];
  readonly risks: readonly RiskLine[];
  readonly settings: readonly Finding[];
  readonly tables: readonly AssessedTable[];
  readonly application: readonly AppChange[];
  readonly effort: Effort;
  readonly estimate: LoadEstimate | null;
  readonly scan: ScanSummary | null;
  /** What the report could not look at, and why. */
  readonly notes: readonly string[];
}

export interface AssessedTable {
  readonly name: string;
  readonly priority: Priority;
  readonly rows: number;
  readonly bytes: number;
  /** Rows that the scan read; null: it was not read. */
  readonly readRows: number | null;
  readonly isWhole: boolean;
  /** Which rows were read, in words; null where all were, or none. */
  readonly sampling: string | null;
  readonly findings: number;
  readonly longest: readonly { readonly column: string; readonly largest: number; readonly unit: string }[];
}

export interface ScanSummary {
  readonly mode: 'sample' | 'whole';
  readonly cost: ScanCost;
  readonly rows: number;
  readonly statements: number;
  readonly tookMs: number;
  /** Of that, at rest for the throttle. */
  readonly restedMs: number;
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
}

export interface AssessmentFacts {
  readonly config: Config;
  readonly source: string;
  readonly atMs: number;
  /** In scope, readable or not. */
  readonly tables: readonly CatalogueTable[];
  readonly inventory: Inventory;
  /** The target was asked for what is in the inventory. */
  readonly isProven: boolean;
  readonly programs: ReadonlyMap<string, Programs>;
  readonly settings: readonly Finding[];
  readonly habit: ServerHabit;
  readonly mode: 'sample' | 'whole';
  /** null: the data was not looked at. */
  readonly scan: DataScan | null;
  readonly notes: readonly string[];
}

export function assessment(facts: AssessmentFacts): Assessment {
  const { config, scan, settings, tables, notes } = facts;
  const objects = assessedObjects(facts.inventory, facts.programs, facts.isProven);
  const findings = sortFindings((scan?.read ?? []).flatMap((read) => findingsOf(read, config)));
  const failed = (scan?.failed ?? []).map(({ table, reason }) => ({ name: nameOf(table), reason }));
  const application = appChanges({ tables, objects, findings, programs: facts.programs, habit: facts.habit });
  const open = openChoices(findings, objects, failed);
  const effort = effortOf(objects, findings, application.length);
  const counts = countClasses(objects);
  return {
    source: facts.source,
    databases: config.source.databases,
    at: new Date(facts.atMs).toISOString(),
    summary: summaryOf({ tables: tables.length, counts, open: open.length, effort }),
    counts,
    objects,
    findings,
    rules: ruleLines(findings),
    open,
    risks: risksOf({ findings, settings, objects, failed }),
    settings,
    tables: tableLines(facts, findings),
    application,
    effort,
    estimate: scan === null ? null : estimateLoad({ ...sizeOf(tables), readSpeed: scan.cost.readSpeed }),
    scan: scan === null ? null : scanSummary(scan, facts.mode, failed),
    notes: [...notes, ...firstRowsOnly(scan)],
  };
}

/** A sample that says nothing of other rows is told before all numbers. */
function firstRowsOnly(scan: DataScan | null): readonly string[] {
  const names = (scan?.read ?? [])
    .filter(({ reading }) => reading.coverage === 'first')
    .map(({ table }) => nameOf(table));
  const of = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
  return names.length === 0 ? [] : [`only the first rows were read of ${of}: see --whole`];
}

function openChoices(
  findings: readonly DataFinding[],
  objects: readonly AssessedObject[],
  failed: ScanSummary['failed'],
): readonly string[] {
  return [
    ...findings
      .filter(({ isOpen }) => isOpen)
      .map(({ table, columns, title }) => `${table}.${columns.join(', ')}: ${title}`),
    ...objects
      .filter(({ kind, class: of }) => kind === 'table' && of === 'hand')
      .map(({ name, reason }) => `${name}: ${reason}`),
    ...failed.map(({ name, reason }) => `${name}: ${reason}`),
  ];
}

interface SummaryFacts {
  readonly tables: number;
  readonly counts: Assessment['counts'];
  readonly open: number;
  readonly effort: Effort;
}

function summaryOf({ tables, counts, open, effort }: SummaryFacts): string {
  if (tables === 0)
    return 'There is no table to move: the databases are empty, or this account may see nothing of them.';
  const all = counts.converts + counts.choice + counts.hand;
  const hours = Math.max(1, Math.round(effort.minutes / 60));
  const waits =
    open === 0
      ? 'nothing stands in the way of a run'
      : `${open} ${open === 1 ? 'choice waits' : 'choices wait'} before a run can start`;
  return (
    `Of ${all} objects in ${tables} ${tables === 1 ? 'table' : 'tables'} and beside them, ${counts.converts} convert by themselves, ` +
    `${counts.choice} in another form that somebody should see, and ${counts.hand} need a hand; ${waits}; the work is about ${hours} ${hours === 1 ? 'hour' : 'hours'}.`
  );
}

function sizeOf(tables: readonly CatalogueTable[]): { rows: number; bytes: number } {
  return {
    rows: tables.reduce((sum, { estimateRows }) => sum + estimateRows, 0),
    bytes: tables.reduce((sum, { estimateBytes }) => sum + estimateBytes, 0),
  };
}

const PRIORITIES: readonly Priority[] = ['high', 'medium', 'low'];

/** In the order of the copy: by priority, the largest first. */
function tableLines(
  { config, tables, scan }: AssessmentFacts,
  findings: readonly DataFinding[],
): readonly AssessedTable[] {
  const read = new Map((scan?.read ?? []).map(({ table, reading }) => [nameOf(table), reading]));
  const counts = Map.groupBy(findings, ({ database, table }) => tableKey(database, table));
  return tables
    .map((table): AssessedTable => {
      const { database, table: name } = table.version;
      const reading = read.get(nameOf(table));
      const longest = (reading?.lengths ?? []).filter(({ largest }) => largest > 0);
      return {
        name: nameOf(table),
        priority: priorityOf(config.tables, database, name),
        rows: reading?.coverage === 'whole' ? reading.rows : table.estimateRows,
        bytes: table.estimateBytes,
        readRows: reading?.rows ?? null,
        isWhole: reading?.coverage === 'whole',
        sampling: reading === undefined || reading.coverage === 'whole' ? null : samplingText(reading.sampling),
        findings: counts.get(tableKey(database, name))?.length ?? 0,
        longest: longest.map(({ column, largest, unit }) => ({ column, largest, unit })),
      };
    })
    .sort((a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || b.bytes - a.bytes);
}

function samplingText(sampling: Sampling | null): string {
  if (sampling === null) return 'its first rows: nothing is known of the others';
  const { index, places, isWeighed } = sampling;
  const where = `from ${places} places along (${index.join(', ')})`;
  return isWeighed ? `${where}, each weighed by the rows that the server takes to lie there` : where;
}

function scanSummary(scan: DataScan, mode: ScanSummary['mode'], failed: ScanSummary['failed']): ScanSummary {
  const { cost, statements, tookMs, restedMs } = scan;
  const rows = scan.read.reduce((sum, { reading }) => sum + reading.rows, 0);
  return { mode, cost, rows, statements, tookMs: Math.round(tookMs), restedMs: Math.round(restedMs), failed };
}

function nameOf({ version }: CatalogueTable): string {
  return `${version.database}.${version.table}`;
}
