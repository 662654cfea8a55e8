import type { Finding } from '../contract/finding.ts';
import type { DataFinding } from './finding.ts';
import { type AssessedObject, standingAlone } from './object-class.ts';
import { RISKS, type Risk } from './rule-table.ts';

/** One thing that may go wrong, wherever it was seen, with what it would break. */
export interface RiskLine {
  readonly risk: Risk;
  readonly object: string;
  readonly message: string;
}

export interface RiskFacts {
  readonly findings: readonly DataFinding[];
  readonly settings: readonly Finding[];
  readonly objects: readonly AssessedObject[];
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
}

/** Worst first; within one kind data before settings before objects. */
export function risksOf({ findings, settings, objects, failed }: RiskFacts): readonly RiskLine[] {
  const all: RiskLine[] = [
    ...failed.map(
      ({ name, reason }): RiskLine => ({ risk: 'stops-run', object: name, message: `cannot be read: ${reason}` }),
    ),
    ...findings.map(dataRisk),
    ...settings.flatMap(settingRisk),
    ...standingAlone(objects)
      .filter((object) => object.class === 'hand')
      .map(objectRisk),
  ];
  return all.sort((a, b) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk));
}

function dataRisk({ risk, database, table, columns, title, rows }: DataFinding): RiskLine {
  return { risk, object: `${database}.${table}.${columns.join(', ')}`, message: `${rowsText(rows)}: ${title}` };
}

function settingRisk({ severity, object, message }: Finding): readonly RiskLine[] {
  if (severity === 'information') return [];
  return [{ risk: severity === 'blocker' ? 'stops-run' : 'worth-knowing', object, message }];
}

const CONSTRAINTS = ['primary-key', 'foreign-key', 'check'];

function objectRisk({ kind, database, text, reason }: AssessedObject): RiskLine {
  const risk = kind === 'table' ? 'stops-run' : CONSTRAINTS.includes(kind) ? 'breaks-constraint' : 'changes-answers';
  return { risk, object: `${database}: ${text}`, message: reason ?? '' };
}

/** `12 rows`, `about 1,200 rows (900 to 1,500)`, `at least 3 rows`. */
export function rowsText(rows: DataFinding['rows']): string {
  const amount = (count: number) => `${Math.round(count).toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}`;
  switch (rows.kind) {
    case 'exact':
      return amount(rows.rows);
    case 'at-least':
      return `at least ${amount(rows.rows)}`;
    case 'estimated':
      return `about ${amount(rows.rows)} (${Math.round(rows.low).toLocaleString('en-US')} to ${Math.round(rows.high).toLocaleString('en-US')})`;
  }
}
