import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { workText } from '../logic/effort.ts';
import { WORK_CLASSES } from '../logic/feature-table.ts';
import type { Inventory, InventoryItem } from '../logic/inventory.ts';
import { EXIT } from './exit.ts';
import { formatCount, formatTable } from './format.ts';
import { LANGUAGE_FLAGS } from './logic-input.ts';
import type { Outcome } from './outcome.ts';
import type { Call, Verb } from './verb.ts';
import { writeTold } from './written-set.ts';

export const LOGIC_VERBS: readonly Verb[] = [
  {
    name: 'logic list',
    kind: 'LogicList',
    operands: { words: '[FILE]', min: 0, max: 1 },
    summary:
      'Lists procedures, functions, triggers, events and views of the source or of a dump: what each does, how hard it is to move, where it belongs.',
    flags: [
      ...LANGUAGE_FLAGS,
      { name: 'html', type: 'text', value: 'FILE', help: 'Also write one page of HTML that needs nothing else.' },
    ],
    takesConfig: true,
    examples: [
      ['sluice logic list', 'of every database of the configuration'],
      ['sluice logic list dump.sql --language mariadb', 'of a dump, without any server'],
      ['sluice logic list --json | jq \'.data.items[] | select(.class != "automatic")\'', 'what needs a person'],
    ],
    exits: [EXIT.done, EXIT.usage, EXIT.unreachable, EXIT.interrupted],
    run: list,
  },
  {
    name: 'logic convert',
    kind: 'LogicConvert',
    operands: { words: '[FILE]', min: 0, max: 1 },
    summary:
      'Writes procedures, functions, triggers and events for PostgreSQL, or as an application of Django for both servers. What is not converted stands as text at its place and raises an error when it is reached.',
    flags: [
      ...LANGUAGE_FLAGS,
      {
        name: 'to',
        type: 'text',
        value: 'TARGET',
        choices: ['plpgsql', 'django'],
        help: 'What to write; plpgsql when not given. django: an application, which --out names.',
      },
      {
        name: 'triggers',
        type: 'text',
        value: 'HOME',
        choices: ['database', 'signals', 'methods'],
        help: 'Where triggers run under Django; database when not given. signals, methods: in Python, for rows that Django saves one by one, and only of tables that no SQL of the application changes.',
      },
      {
        name: 'out',
        type: 'text',
        value: 'FOLDER',
        help: 'Write one file for each program, and schedule.sql for events; the application of Django.',
      },
    ],
    takesConfig: true,
    examples: [
      ['sluice logic convert --out logic', 'every program of the source, one file each'],
      ['sluice logic convert --to django --out shop/logic', 'services of Django that give the same on both servers'],
      [
        'sluice logic convert --to django --triggers signals --out shop/logic',
        'triggers by signals of the models; what passes them by is told',
      ],
      ['sluice logic convert dump.sql', 'a dump, to stdout; its CREATE TABLEs tell the types of columns'],
    ],
    exits: [EXIT.done, EXIT.usage, EXIT.differences, EXIT.unreachable, EXIT.interrupted],
    run: convert,
  },
  {
    name: 'logic test',
    kind: 'LogicTest',
    summary:
      'Runs stored programs and their conversions on scratch copies of both sides and compares results, errors and changes of rows. The real databases are read, never written.',
    flags: [
      {
        name: 'scratch-source',
        type: 'text',
        value: 'URL',
        help: 'MySQL or MariaDB that takes a scratch database, dropped at the end; SLUICE_SCRATCH_SOURCE when not given.',
      },
      {
        name: 'scratch-target',
        type: 'text',
        value: 'URL',
        help: 'PostgreSQL database that takes a scratch schema, dropped at the end; SLUICE_SCRATCH_TARGET when not given.',
      },
      {
        name: 'calls',
        type: 'text',
        value: 'FILE',
        help: 'Recorded calls, one a line: CALL p(1, NULL) or SELECT f(2).',
      },
      {
        name: 'rows',
        type: 'integer',
        value: 'N',
        help: 'Rows of each table that are copied at most; 1000 when not given.',
      },
      { name: 'cases', type: 'integer', value: 'N', help: 'Cases of each program at most; 40 when not given.' },
      {
        name: 'case-seconds',
        type: 'integer',
        value: 'N',
        help: 'Seconds that a case may take on the source before it is ended and left out; 30 when not given.',
      },
      { name: 'differences', type: 'text', value: 'FILE', help: 'Write every difference as a line of JSON.' },
      {
        name: 'python',
        type: 'text',
        value: 'PATH',
        help: 'A Python with Django and both drivers: runs the services of `logic convert --to django` too, on both servers; SLUICE_PYTHON when not given.',
      },
      { name: 'html', type: 'text', value: 'FILE', help: 'Also write one page of HTML that needs nothing else.' },
    ],
    takesConfig: true,
    examples: [
      [
        'sluice logic test --calls recorded.sql --differences differences.ndjson',
        'with calls that the application made',
      ],
      ['sluice logic test --python venv/bin/python --html proof.html', 'the services of Django too, as a page'],
    ],
    exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.differences, EXIT.unreachable, EXIT.interrupted],
    run: async (call) => await (await import('./logic-test.ts')).testPrograms(call),
  },
];

/** Exit 4 where something stands as text. */
async function convert(call: Call): Promise<Outcome> {
  const { logicInput } = await import('./logic-input.ts');
  const { convertPrograms } = await import('../logic/convert.ts');
  const { convertedData, filesOf, sqlOf, warnOfTexts } = await import('./logic-output.ts');
  if (call.flags.get('to') === 'django') return await (await import('./logic-django.ts')).convertToDjango(call);
  const { programs, catalogue } = await logicInput(call);
  const converted = convertPrograms(programs, { catalogue });
  const data = convertedData(converted);
  const folder = call.flags.get('out');
  if (folder !== undefined) writeTold(call, 'plpgsql', filesOf(converted));
  const { automatic, review, skeleton, none, views } = data.totals;
  call.output.say(
    `${converted.length} objects: automatic ${automatic}, review ${review}, skeleton ${skeleton}, not converted ${none}, views ${views} (made with the tables)`,
  );
  warnOfTexts(call, converted);
  for (const { kind, name, actions } of data.items.filter(({ kind, outcome }) => outcome === 'none' && kind !== 'view'))
    for (const { line, reason } of actions) call.output.warn(`${kind} ${name}, line ${line}: ${reason}`);
  const exit = skeleton + none > 0 ? EXIT.differences : EXIT.done;
  return {
    kind: 'LogicConvert',
    exit,
    data,
    text: folder === undefined ? sqlOf(converted) : `written: ${String(folder)}`,
  };
}

async function list(call: Call): Promise<Outcome> {
  // Loaded only here: no other verb needs the parser.
  const { logicInput } = await import('./logic-input.ts');
  const { inventoryOf } = await import('../logic/inventory.ts');
  const { from, programs, catalogue, firstLineOf } = await logicInput(call);
  const inventory = inventoryOf(programs, { catalogue, firstLineOf });
  const page = call.flags.get('html');
  if (page !== undefined) {
    const { inventoryPage } = await import('../logic/inventory-page.ts');
    writeFileSync(resolve(call.io.folder, String(page)), inventoryPage(inventory, `Stored programs of ${from}`));
    call.output.say(`written: ${String(page)}`);
  }
  return { kind: 'LogicList', exit: EXIT.done, data: inventory, text: inventoryText(inventory) };
}

const HEAD = ['kind', 'name', 'category', 'class', 'lines', 'complexity', 'reads', 'writes', 'minutes'];

/** For people: one line for each program, then what the classes mean in hours. */
export function inventoryText(inventory: Inventory): string {
  if (inventory.items.length === 0) return 'no stored programs';
  const { totals, items } = inventory;
  const classes = WORK_CLASSES.map((of) => `${of} ${totals.classes[of]}`).join(', ');
  const broken = items.flatMap(({ kind, name, failures }) =>
    failures.map(({ line, reason }) => `${kind} ${name}, line ${line}: ${reason}`),
  );
  return [
    formatTable(HEAD, items.map(cells)),
    '',
    `${formatCount(totals.objects)} objects: ${classes}`,
    `about ${workText(totals.minutes)} of work; each object's formula is in --json and --html`,
    ...broken,
  ].join('\n');
}

function cells(item: InventoryItem): readonly string[] {
  const { kind, name, category, lines, complexity, reads, writes, effort } = item;
  const counts = [lines, complexity, reads.length, writes.length, effort.minutes].map(String);
  return [kind, name, category, item.class, ...counts];
}
