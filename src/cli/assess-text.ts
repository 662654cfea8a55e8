import type { DataFinding } from '../assess/finding.ts';
import { notable } from '../assess/object-class.ts';
import type { Assessment } from '../assess/report.ts';
import { rowsText } from '../assess/risk.ts';
import { RISK_WORDS, RISKS } from '../assess/rule-table.ts';
import type { Paint } from './color.ts';
import { formatAmount, formatBytes, formatCount, formatDuration, formatTable } from './format.ts';

const MOST_OBJECTS = 40;
const MOST_TABLES = 30;

/** The assessment for a terminal: what to decide first, then the rest in less and less detail. */
export function assessmentText(report: Assessment, paint: Paint): string {
  return [
    paint('bold', report.summary),
    '',
    ...report.notes.map((note) => `${paint('yellow', 'note')}  ${note}`),
    ...section('What must be decided before a run', report.open, paint),
    ...findingLines(report, paint),
    ...(report.rules === ''
      ? []
      : section('Choices as lines of sluice.yaml', report.rules.trimEnd().split('\n'), paint)),
    ...objectLines(report, paint),
    ...section(
      'What the application must change',
      report.application.map(
        ({ title, change, places }) => `${title} (${formatAmount(places.length, 'place')}): ${change}`,
      ),
      paint,
    ),
    ...section('Server and account', settingLines(report), paint),
    ...tableLines(report, paint),
    ...section('Effort', [report.effort.formula], paint),
    ...section('Size and time', estimateLines(report), paint),
  ].join('\n');
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : [paint('bold', title), ...lines.map((line) => `  ${line}`), ''];
}

function findingLines({ findings }: Assessment, paint: Paint): readonly string[] {
  return RISKS.flatMap((risk) => {
    const of = findings.filter((finding) => finding.risk === risk);
    return section(`In the data: ${RISK_WORDS[risk]}`, of.flatMap(findingText), paint);
  });
}

function findingText(finding: DataFinding): readonly string[] {
  const { table, columns, rows, title, rule, byDefault, choices, examples } = finding;
  const touched = rule === 'auto-increment-end' ? '' : `${rowsText(rows)}: `;
  const keys = examples.map(exampleText);
  return [
    `${table}.${columns.join(', ')}: ${touched}${title} (${rule})`,
    `    by default: ${byDefault}`,
    ...choices.filter(({ kind }) => kind === 'advice').map(({ words }) => `    ${words}`),
    ...(keys.length === 0 ? [] : [`    for example ${keys.join('; ')}`]),
  ];
}

/** `id 17`, `id 17: "0000-00-00"`. */
export function exampleText({ key, value }: DataFinding['examples'][number]): string {
  const place = key.map((part) => `${part.column} ${part.value}`).join(', ');
  return value === null ? place : `${place}: ${JSON.stringify(value)}`;
}

function objectLines({ objects, counts }: Assessment, paint: Paint): readonly string[] {
  const listed = notable(objects);
  const more = listed.length - MOST_OBJECTS;
  return section(
    'Objects',
    [
      `${formatCount(counts.converts)} convert, ${formatCount(counts.choice)} convert in another form, ${formatCount(counts.hand)} need a hand, ${formatCount(counts.excluded)} excluded`,
      ...listed
        .slice(0, MOST_OBJECTS)
        .map(
          (one) =>
            `${one.class === 'hand' ? 'by hand' : 'changed'}  ${one.text}: ${[one.reason, one.advice].filter((part) => part !== null).join('. ')}`,
        ),
      ...(more > 0 ? [`and ${formatCount(more)} more: all of them are in --json and --html`] : []),
    ],
    paint,
  );
}

function settingLines({ settings }: Assessment): readonly string[] {
  return settings
    .filter(({ severity }) => severity !== 'information')
    .flatMap(({ severity, object, message, cure }) => [
      `${severity}  ${object}: ${message}`,
      ...cure.map((line) => `    ${line}`),
    ]);
}

function tableLines({ tables }: Assessment, paint: Paint): readonly string[] {
  if (tables.length === 0) return [];
  const rows = tables
    .slice(0, MOST_TABLES)
    .map((table) => [
      table.priority,
      table.name,
      formatCount(table.rows),
      formatBytes(table.bytes),
      readText(table),
      String(table.findings),
    ]);
  const lines = formatTable(['priority', 'table', 'rows', 'data', 'read', 'findings'], rows).split('\n');
  const more = tables.length - MOST_TABLES;
  return section('Tables', [...lines, ...(more > 0 ? [`and ${formatCount(more)} more`] : [])], paint);
}

function readText({ readRows, isWhole }: Assessment['tables'][number]): string {
  if (readRows === null) return '-';
  return isWhole ? 'all' : `${formatCount(readRows)} (sample)`;
}

function estimateLines({ estimate, scan }: Assessment): readonly string[] {
  if (estimate === null) return [];
  const { rows, sourceBytes, targetBytes, diskBytes, copyMs, measured, assumptions } = estimate;
  const time =
    copyMs === null
      ? 'time unknown: nothing could be measured'
      : `copy between ${formatDuration(copyMs.shortest)} and ${formatDuration(copyMs.longest)}`;
  const speed =
    measured === null
      ? []
      : [
          `measured: ${formatAmount(measured.rows, 'row')}, ${formatBytes(measured.bytes)} in ${formatDuration(measured.tookMs)}`,
        ];
  const read =
    scan === null
      ? []
      : [
          `the scan read ${formatAmount(scan.rows, 'row')} by ${formatAmount(scan.statements, 'statement')} in ${formatDuration(scan.tookMs)}, ${formatDuration(scan.restedMs)} of that at rest`,
        ];
  return [
    `${formatCount(rows)} rows, ${formatBytes(sourceBytes)} at the source; about ${formatBytes(targetBytes)} on the target, which should have ${formatBytes(diskBytes)} free; ${time}`,
    ...speed,
    ...read,
    ...assumptions.map((assumption) => `assumed: ${assumption}`),
  ];
}
