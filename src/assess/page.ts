import { details, documentPage, escaped, grid, list } from '../document/html.ts';
import type { DataFinding } from './finding.ts';
import { type AssessedObject, OBJECT_CLASSES, type ObjectClass } from './object-class.ts';
import type { Assessment } from './report.ts';
import { rowsText } from './risk.ts';
import { RISK_WORDS, RISKS } from './rule-table.ts';

const CLASS_WORDS: Readonly<Record<ObjectClass, string>> = {
  hand: 'needs a hand',
  choice: 'converts, with something to see',
  converts: 'converts',
  excluded: 'excluded by the configuration',
};

/**
 * The assessment as one page that needs nothing else: no script, no font, no request. Details open by keyboard, dark and
 * light follow the reader's system, and all of it prints.
 */
export function assessmentPage(report: Assessment): string {
  const title = `Assessment of ${report.databases.join(', ')}`;
  const parts: readonly (readonly [id: string, title: string, body: string])[] = [
    ['open', 'What must be decided before a run', list(report.open.map(escaped))],
    ['risks', 'Risks, worst first', risks(report)],
    ['data', 'What the data holds', report.findings.map(finding).join('\n')],
    [
      'rules',
      'Choices as lines of sluice.yaml',
      report.rules === '' ? '' : `<pre tabindex="0">${escaped(report.rules)}</pre>`,
    ],
    ['objects', 'Every object', objects(report)],
    ['application', 'What the application must change', application(report)],
    ['settings', 'Server and account', settings(report)],
    ['tables', 'Tables by priority', tables(report)],
    ['effort', 'Effort', effort(report)],
    ['estimate', 'Size and time', estimate(report)],
  ];
  const head = `<p class="summary">${escaped(report.summary)}</p>
<p>${escaped(report.source)}, ${escaped(report.at)}</p>
${counts(report)}${list(report.notes.map(escaped))}`;
  return documentPage({ title, head, parts: parts.map(([id, name, body]) => ({ id, title: name, body })) });
}

function counts({ counts: of }: Assessment): string {
  const cells = OBJECT_CLASSES.map((name) => `<li class="${name}"><b>${of[name]}</b> ${CLASS_WORDS[name]}`);
  return `<ul class="counts">${cells.join('')}</ul>`;
}

function risks({ risks: all }: Assessment): string {
  return RISKS.map((risk) => {
    const lines = all
      .filter((line) => line.risk === risk)
      .map(({ object, message }) => `<b>${escaped(object)}</b> ${escaped(message)}`);
    return lines.length === 0
      ? ''
      : details(`${RISK_WORDS[risk]} (${lines.length})`, list(lines), risk === 'stops-run');
  }).join('\n');
}

function finding(of: DataFinding): string {
  const { table, columns, rows, title, rule, byDefault, choices, examples, risk } = of;
  const touched = rule === 'auto-increment-end' ? '' : `${rowsText(rows)}: `;
  const shown = examples.map(({ key, value }) => {
    const place = key.map((part) => `${escaped(part.column)} <code>${escaped(part.value)}</code>`).join(', ');
    return value === null ? place : `${place}: <code>${escaped(value)}</code>`;
  });
  const words = choices.map((choice) => {
    if (choice.kind === 'advice') return escaped(choice.words);
    const { option, column, value, others } = choice.set;
    return `${escaped(choice.words)}: <code>${escaped(`${option}: { ${column}: ${value} }`)}</code>${others.map((other) => `, or <code>${escaped(other)}</code>`).join('')}`;
  });
  const body = `<p>By default: ${escaped(byDefault)}. What it breaks: ${RISK_WORDS[risk]}.</p>${list(words)}${
    shown.length === 0 ? '' : `<p>For example:</p>${list(shown)}`
  }`;
  return details(
    `<code>${escaped(`${table}.${columns.join(', ')}`)}</code> ${escaped(touched + title)}`,
    body,
    of.isOpen,
  );
}

function objects({ objects: all }: Assessment): string {
  return OBJECT_CLASSES.map((name) => {
    const of = all.filter((object) => object.class === name);
    if (of.length === 0) return '';
    const head = ['object', 'on the target', 'reason', 'what to do'];
    return details(`${CLASS_WORDS[name]} (${of.length})`, grid(head, of.map(objectCells)), name === 'hand');
  }).join('\n');
}

function objectCells({ text, target, reason, advice, program }: AssessedObject): readonly string[] {
  const work = program === null ? [] : [`${program.minutes} minutes = ${program.formula}; class ${program.class}`];
  return [text, target ?? '', reason ?? '', [...(advice === null ? [] : [advice]), ...work].join(' ')].map(escaped);
}

function application({ application: changes }: Assessment): string {
  return changes
    .map(({ title, why, change, places }) =>
      details(
        `${escaped(title)} (${places.length})`,
        `<p>${escaped(why)}. ${escaped(change)}</p>${list(places.map(escaped))}`,
        false,
      ),
    )
    .join('\n');
}

function settings({ settings: all }: Assessment): string {
  const rows = all.map(({ severity, object, message, cure }) => [
    escaped(severity),
    escaped(object),
    escaped(message),
    cure.map((line) => `<code>${escaped(line)}</code>`).join('<br>'),
  ]);
  return rows.length === 0 ? '' : grid(['severity', 'object', 'what', 'cure'], rows);
}

function tables({ tables: all }: Assessment): string {
  const rows = all.map(({ name, priority, rows: count, bytes, readRows, isWhole, sampling, findings, longest }) => {
    const read = readRows === null ? 'not read' : `${number(readRows)} ${isWhole ? '(all)' : escaped(sampling ?? '')}`;
    const lengths = longest.map(({ column, largest, unit }) => `${column} ${number(largest)} ${unit}`).join(', ');
    return [escaped(name), priority, number(count), number(bytes), read, String(findings), escaped(lengths)];
  });
  return rows.length === 0
    ? ''
    : grid(['table', 'priority', 'rows', 'bytes', 'rows read', 'findings', 'longest values'], rows);
}

function effort({ effort: { minutes, parts, formula } }: Assessment): string {
  const rows = parts.map(({ what, count, minutes: of }) => [escaped(what), number(count), number(of)]);
  return `<p>About ${(minutes / 60).toFixed(1)} hours.</p>${grid(['what', 'count', 'minutes'], rows)}<p><code>${escaped(formula)}</code></p>`;
}

function estimate({ estimate: of, scan }: Assessment): string {
  if (of === null) return '';
  const time = of.copyMs === null ? 'unknown' : `${minutes(of.copyMs.shortest)} to ${minutes(of.copyMs.longest)}`;
  const read =
    scan === null
      ? []
      : [
          [
            'the scan',
            `${number(scan.rows)} rows in ${minutes(scan.tookMs)}, ${minutes(scan.restedMs)} of that at rest`,
          ],
        ];
  const speed =
    of.measured === null
      ? []
      : [
          [
            'measured',
            `${number(of.measured.rows)} rows, ${number(of.measured.bytes)} bytes in ${Math.round(of.measured.tookMs)} ms`,
          ],
        ];
  const rows = [
    ['rows', number(of.rows)],
    ['bytes at the source', number(of.sourceBytes)],
    ['bytes on the target', number(of.targetBytes)],
    ['bytes free on the target', number(of.diskBytes)],
    ['time of the copy', time],
    ...speed,
    ...read,
  ];
  return `${grid(['what', 'estimate'], rows)}<p>Assumed:</p>${list(of.assumptions.map(escaped))}`;
}

function minutes(durationMs: number): string {
  return durationMs < 120_000 ? `${(durationMs / 1000).toFixed(1)} s` : `${(durationMs / 60_000).toFixed(1)} min`;
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
