import type { DataFinding } from '../assess/finding.ts';
import type { Assessment } from '../assess/report.ts';
import type { StartFinding } from '../contract/start.ts';

/** What an assessment found, as the page shows the start of a migration: choices that a run needs are blockers. */
export function startFindings({ settings, findings, open }: Assessment): readonly StartFinding[] {
  const ofData = findings.map(startFinding);
  const named = new Set(ofData.map(({ object }) => object));
  const others = open.filter((text) => ![...named].some((object) => text.includes(object)));
  return [
    ...settings,
    ...ofData,
    ...others.map((message) => ({ severity: 'blocker' as const, object: 'choice', message, code: 'OPEN', cure: [] })),
  ];
}

function startFinding({ isOpen, risk, database, table, columns, title, rule, choices }: DataFinding): StartFinding {
  return {
    severity: isOpen ? 'blocker' : risk === 'worth-knowing' ? 'information' : 'warning',
    object: `${database}.${table}.${columns.join(', ')}`,
    message: title,
    code: rule,
    cure: choices.map(({ words }) => words),
  };
}
