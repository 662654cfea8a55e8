import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Assessment } from '../assess/report.ts';
import type { ScanCost } from '../assess/scan-cost.ts';
import type { Config } from '../config/config.ts';
import type { AssessOptions } from '../pipeline/schema/assess-option.ts';
import { startFindings } from './assess-start.ts';
import { assessmentText } from './assess-text.ts';
import { EXIT } from './exit.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { onStartPage, PAGE_FLAG, type Told } from './start-page.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';

const SAMPLE_ROWS = 100_000;
const THROTTLE = '50%';
const RUNNING = 25;
const REPLICA_LAG_MS = 30_000;

export const ASSESS_VERB: Verb = {
  name: 'assess',
  kind: 'Assess',
  summary:
    'Tells what a migration of this source will take: what converts, what the data holds, what to decide, how long; changes nothing.',
  flags: [
    {
      name: 'sample',
      type: 'integer',
      value: 'ROWS',
      help: `Read so many rows of a table at most; ${formatCount(SAMPLE_ROWS)} when not given.`,
    },
    { name: 'whole', type: 'switch', help: 'Read every row, so that every count is exact.' },
    {
      name: 'quick',
      type: 'switch',
      help: 'Leave out what reads every row: zero dates, NUL characters, value ranges.',
    },
    {
      name: 'throttle',
      type: 'text',
      value: 'LIMIT',
      help: `Share of the time that the scan may use, rows a second, or both: 25%, 5000/s, 25%,5000/s; ${THROTTLE} when not given.`,
    },
    {
      name: 'max-running',
      type: 'integer',
      value: 'COUNT',
      help: `Stand still while more statements than this run on the source; ${RUNNING} when not given.`,
    },
    {
      name: 'max-replica-lag',
      type: 'duration',
      value: '30s',
      help: 'Stand still while the source is a replica further behind than this; 30s when not given.',
    },
    {
      name: 'examples',
      type: 'switch',
      help: 'Show values beside the keys of examples; never of columns that a rule masks or that are named like a secret.',
    },
    { name: 'html', type: 'text', value: 'FILE', help: 'Also write one page of HTML that needs nothing else.' },
    PAGE_FLAG,
  ],
  takesConfig: true,
  examples: [
    ['sluice assess --html assess.html', 'a page for the meeting'],
    ['sluice assess --source-url mysql://me@replica/shop --whole --throttle 80%', 'every row, on a replica'],
    ['sluice assess --json | jq -r .data.rules', 'the choices as lines of sluice.yaml'],
  ],
  exits: [EXIT.done, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.interrupted],
  needs: 'assess',
  run: assess,
};

async function assess(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  return await onStartPage(call, { config, verb: 'assess', kind: 'Assess' }, (told) => look(call, config, told));
}

async function look(call: Call, config: Config, told: Told): Promise<Outcome> {
  const { io, output, flags, ports } = call;
  const options = await optionsOf(call, told);
  if (ports.assess === undefined) throw new Error('no port for assess');
  const report = await ports.assess(config, options);
  output.live([]);
  told.found(startFindings(report));
  const page = flags.get('html');
  if (page !== undefined) {
    const { assessmentPage } = await import('../assess/page.ts');
    writeFileSync(resolve(io.folder, String(page)), output.scrubber.text(assessmentPage(report)));
    output.say(`written: ${String(page)}`);
  }
  return outcomeOf(report, assessmentText(report, output.paint));
}

async function optionsOf({ flags, output, signal }: Call, told: Told): Promise<AssessOptions> {
  if (flags.has('sample') && flags.has('whole'))
    throw usageError('USAGE_FLAG_VALUE', '--sample and --whole exclude each other', 'Give one of them.');
  const { parseThrottle } = await import('../mysql/throttle.ts');
  const throttle = parseThrottle(String(flags.get('throttle') ?? THROTTLE));
  if (throttle === null)
    throw usageError(
      'USAGE_FLAG_VALUE',
      '--throttle: expected a share of the time, rows a second, or both',
      'For example: --throttle 25%,5000/s',
    );
  return {
    depth: flags.has('quick') ? 'catalogue' : flags.has('whole') ? 'whole' : 'sample',
    sampleRows: Math.max(1, Number(flags.get('sample') ?? SAMPLE_ROWS)),
    throttle,
    load: {
      threadsRunning: Number(flags.get('max-running') ?? RUNNING),
      replicaLagSeconds: Number(flags.get('max-replica-lag') ?? REPLICA_LAG_MS) / 1000,
    },
    showsValues: flags.has('examples'),
    signal,
    onCost: (cost) => {
      output.say(costText(cost));
      told.step(costText(cost));
    },
    onStep: (step) => {
      if (step.startsWith('waiting')) output.say(step);
      else output.live([step]);
      told.step(step);
    },
  };
}

/** What the scan is going to take, for people, before it begins. */
export function costText({ tables, rows, bytes, expectedMs, unchunked }: ScanCost): string {
  const time = expectedMs === null ? 'for a time that nothing tells yet' : `for about ${formatDuration(expectedMs)}`;
  const line = `the scan reads about ${formatCount(rows)} rows (${formatBytes(bytes)}) of ${formatCount(tables)} tables, ${time}, rests included`;
  if (unchunked.length === 0) return line;
  return `${line}; without a key, and therefore read in one go: ${unchunked.join(', ')}`;
}

function outcomeOf(report: Assessment, text: string): Outcome {
  const base = { kind: 'Assess', data: report, text };
  if (report.open.length === 0) return { ...base, exit: EXIT.done, nextSteps: ['sluice check'] };
  const count = report.open.length;
  return {
    ...base,
    exit: EXIT.refused,
    error: {
      code: 'ASSESS_OPEN_CHOICE',
      message: `${count} ${count === 1 ? 'choice' : 'choices'} must be made before a run can start`,
      remedy: 'Paste the lines that the report gives into sluice.yaml and decide; then: sluice assess',
    },
    nextSteps: ['sluice assess'],
  };
}
