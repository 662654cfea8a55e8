import type { SchemaDesign } from './design.ts';
import { type Inventory, objectText } from './inventory.ts';
import { validate } from './statement.ts';
import { type Step, type StepKind, stepsOf } from './step.ts';

export interface PlanFile {
  readonly name: string;
  readonly text: string;
}

interface FileKind {
  readonly name: string;
  readonly kinds: readonly StepKind[];
  readonly about: string;
}

/** In load order; a file without statements is written too, so that none of an earlier plan is left behind. */
const FILES: readonly FileKind[] = [
  { name: '1-tables.sql', kinds: ['sequence', 'table'], about: 'Before the load: sequences and tables' },
  { name: '2-indexes.sql', kinds: ['index'], about: 'After the load: indexes. Outside a transaction' },
  { name: '3-checks.sql', kinds: ['check'], about: 'After the load: checks' },
  { name: '4-foreign-keys.sql', kinds: ['foreign-key'], about: 'After the indexes: foreign keys' },
  { name: '5-triggers.sql', kinds: ['trigger'], about: 'After the load: ON UPDATE CURRENT_TIMESTAMP' },
  { name: '6-comments.sql', kinds: ['comment'], about: 'Comments' },
  {
    name: '7-positions.sql',
    kinds: ['identity', 'position'],
    about: 'After the load: next numbers of identities and sequences',
  },
  { name: '8-views.sql', kinds: ['view'], about: 'Views, each after those that it stands on' },
];

/** The whole plan as files: the same schema gives the same bytes. */
export function planFiles(design: SchemaDesign, inventory: Inventory): readonly PlanFile[] {
  const steps = stepsOf(design);
  const schemas = [...new Set(steps.map(({ target }) => target.schema))].sort();
  return [
    ...FILES.map((file) => sqlFile(file, steps, file.kinds.includes('table') ? schemas : [])),
    { name: 'not-converted.md', text: notConverted(inventory) },
    { name: 'inventory.json', text: `${JSON.stringify(inventory, null, 2)}\n` },
  ];
}

function sqlFile({ name, kinds, about }: FileKind, steps: readonly Step[], schemas: readonly string[]): PlanFile {
  const made = schemas.map((schema) => `CREATE SCHEMA IF NOT EXISTS "${schema.replaceAll('"', '""')}"`);
  const statements = steps.filter(({ kind }) => kinds.includes(kind)).flatMap(statementsOf);
  const all = [...made, ...statements].map((statement) => `${statement};\n`);
  const apart = kinds.some((kind) => kind === 'table' || kind === 'trigger' || kind === 'view') ? '\n' : '';
  return { name, text: `-- ${about}.\n\n${all.join(apart)}` };
}

function statementsOf(step: Step): readonly string[] {
  const statements = step.statements(step.name);
  const isProven = step.kind === 'check' || step.kind === 'foreign-key';
  return isProven ? [...statements, validate(step.name, step.target)] : statements;
}

/** For people: what the target does not have, or has in another form. */
export function notConverted({ entries }: Inventory): string {
  const of = (outcome: string) => entries.filter((entry) => entry.outcome === outcome);
  const section = (title: string, outcome: string) => {
    const lines = of(outcome).map((entry) => {
      const advice = entry.advice === null || entry.advice === '' ? '' : ` ${entry.advice}`;
      return `- ${entry.database}: ${objectText(entry)}: ${sentence(entry.reason ?? '')}${advice}`;
    });
    return `## ${title} (${lines.length})\n\n${lines.length === 0 ? 'Nothing.' : lines.join('\n')}\n`;
  };
  return [
    '# What the target does not have as the source has it\n',
    section('Not converted', 'left-out'),
    section('Converted into another form', 'changed'),
    section('Left out by the configuration', 'excluded'),
    `Converted and meaning the same: ${of('converted').length} objects.\n`,
  ].join('\n');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
