import { stringify } from 'yaml';
import type { DataFinding, RuleLine } from './finding.ts';

/**
 * Every choice as one block of sluice.yaml: those that a run needs as they are, all others as comments, so that the
 * block can be pasted as it stands. Empty without a choice.
 */
export function ruleLines(findings: readonly DataFinding[]): string {
  const lines = findings.flatMap(linesOf);
  if (lines.length === 0) return '';
  const tables = [...Map.groupBy(lines, ({ name }) => name)].flatMap(([name, of]) => tableLines(name, of));
  const before = lines.some(({ isOpen }) => isOpen) ? '' : '# ';
  return [`${before}tables:`, `${before}  rules:`, ...tables, ''].join('\n');
}

interface Line {
  readonly name: string;
  readonly isOpen: boolean;
  readonly set: RuleLine;
  readonly about: string;
}

function linesOf(finding: DataFinding): readonly Line[] {
  const name = `${finding.database}.${finding.table}`;
  return finding.choices.flatMap((choice) =>
    choice.kind === 'rule' ? [{ name, isOpen: finding.isOpen, set: choice.set, about: finding.title }] : [],
  );
}

function tableLines(name: string, lines: readonly Line[]): readonly string[] {
  const isAllAdvice = !lines.some(({ isOpen }) => isOpen);
  const options = [...Map.groupBy(lines, ({ set }) => set.option)];
  return [
    `${isAllAdvice ? '    # ' : '    '}${scalar(name)}:`,
    ...options.flatMap(([option, of]) => [
      `${of.some(({ isOpen }) => isOpen) ? '    ' : '    # '}  ${option}:`,
      ...distinct(of).map(({ isOpen, set, about }) => {
        const others = set.others.length === 0 ? '' : `; or ${set.others.map(scalar).join(', ')}`;
        return `${isOpen ? '    ' : '    # '}    ${scalar(set.column)}: ${scalar(set.value)} # ${about}${others}`;
      }),
    ]),
  ];
}

/** One line for a column, the open one where there are two. */
function distinct(lines: readonly Line[]): readonly Line[] {
  const first = new Map<string, Line>();
  for (const line of [...lines].sort((a, b) => Number(b.isOpen) - Number(a.isOpen))) {
    if (!first.has(line.set.column)) first.set(line.set.column, line);
  }
  return [...first.values()];
}

/** Quoted where YAML would read something else; `null` is a word of ours here, not a value of YAML's. */
function scalar(text: string): string {
  return text === 'null' ? 'null' : stringify(text, { lineWidth: 0 }).trimEnd();
}
