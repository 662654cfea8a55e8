import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FileCheck } from '../evidence/check-file.ts';
import type { Facts } from '../evidence/facts.ts';
import type { SealedEvidence } from '../evidence/page.ts';
import type { PromiseKept } from '../evidence/promise.ts';
import { makeReport } from './evidence-report.ts';
import { EXIT } from './exit.ts';
import { formatTable } from './format.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { usageError } from './usage-error.ts';
import type { Call, Verb } from './verb.ts';
import { askerOf } from './who-asks.ts';

export const REPORT_VERB: Verb = {
  name: 'report',
  kind: 'Report',
  summary:
    'Writes the evidence file: what was moved, compared, repaired, asked for and switched, by whom and when, sealed by a hash; changes nothing but that it notes the hash on the target.',
  flags: [
    {
      name: 'out',
      type: 'text',
      value: 'NAME',
      help: 'Write NAME.html and NAME.json; evidence-PIPELINE-TIME when not given.',
    },
    { name: 'values', type: 'switch', help: 'With keys and values of rows that differ, were repaired or set aside.' },
    {
      name: 'checksums',
      type: 'switch',
      help: 'Have both servers hash every row of every table, in one statement each.',
    },
    { name: 'quick', type: 'switch', help: 'Leave out the comparison of sequences, constraints, views and the like.' },
    { name: 'check', type: 'text', value: 'FILE', help: 'Compute every hash of such a file again, and write nothing.' },
    { name: 'root', type: 'text', value: 'HASH', help: 'With --check: the root hash that was noted when it was made.' },
  ],
  takesConfig: true,
  needs: 'report',
  examples: [
    ['sluice report', 'one page of HTML and one of JSON, and the root hash to note'],
    ['sluice report --checksums --out evidence/shop', 'also with a checksum of each table and side'],
    ['sluice report --check evidence/shop.html --root HASH', 'was anything changed since? exit 4 when it was'],
  ],
  exits: [EXIT.done, EXIT.usage, EXIT.differences, EXIT.unreachable, EXIT.interrupted],
  run: async (call) => (call.flags.has('check') ? await check(call) : await report(call)),
};

async function report(call: Call): Promise<Outcome> {
  const { flags } = call;
  if (flags.has('root'))
    throw usageError('USAGE_FLAG_VALUE', '--root goes with --check', 'Name the file: --check FILE');
  const config = requireConfig(call);
  const { facts, names, sealed } = await makeReport(call, config, {
    by: askerOf(call),
    out: flags.has('out') ? String(flags.get('out')) : null,
    showsValues: flags.has('values'),
    compares: !flags.has('quick'),
    checksums: flags.has('checksums'),
  });
  return outcomeOf(sealed, facts, names);
}

function outcomeOf(sealed: SealedEvidence, { notRead, isRunning }: Facts, files: readonly string[]): Outcome {
  const kept = (sealed.parts.find(({ name }) => name === 'promises')?.facts ?? []) as readonly PromiseKept[];
  const rows = kept.map(({ name, broken, basis }) => [name, broken === null ? 'not known' : String(broken), basis]);
  const text = [
    `written: ${files.join(', ')}`,
    `root hash ${sealed.seal.root}`,
    '',
    formatTable(['promise', 'broken', 'counted'], rows),
    ...notRead.map(({ what, why }) => `not read: ${what}: ${why}`),
  ].join('\n');
  const data = { files, root: sealed.seal.root, evidence: sealed };
  const base = {
    kind: 'Report',
    data,
    text,
    nextSteps: [`sluice report --check ${files[0]} --root ${sealed.seal.root}`],
  };
  // That no process runs is a fact of the evidence, and no gap in it.
  const gaps = notRead.filter(({ what }) => isRunning || what !== RUNNING);
  if (gaps.length === 0) return { ...base, exit: EXIT.done };
  const error = {
    code: 'REPORT_INCOMPLETE',
    message: `not everything could be read: ${gaps.map(({ what }) => what).join(', ')}`,
    remedy: 'The file says what is missing in it. Make another one when the server answers.',
  };
  return { ...base, exit: EXIT.unreachable, error };
}

const RUNNING = 'the running pipeline';

async function check({ flags, io }: Call): Promise<Outcome> {
  const name = String(flags.get('check'));
  const { checkFile, isOfOurs } = await import('../evidence/check-file.ts');
  const text = textOf(resolve(io.folder, name), name);
  const found = checkFile(text);
  if (found === null && isOfOurs(text)) return changedOutcome(name, null, ['its end is missing, or its form']);
  if (found === null)
    throw usageError('USAGE_NO_EVIDENCE', `${name} is no evidence file`, 'Name one that sluice report has written.');
  const noted = flags.get('root');
  const isOther = noted !== undefined && String(noted).toLowerCase() !== found.root;
  return checkOutcome(name, { ...found, changed: isOther ? [...found.changed, 'root'] : found.changed });
}

function checkOutcome(name: string, found: FileCheck): Outcome {
  const { pipeline, madeAt, root, changed } = found;
  if (changed.length > 0) return changedOutcome(name, found, changed);
  const text = `${name}: evidence of ${pipeline}, made ${madeAt}, is as it was sealed\nroot hash ${root}`;
  return { kind: 'ReportCheck', data: found, exit: EXIT.done, text };
}

function changedOutcome(name: string, data: FileCheck | null, changed: readonly string[]): Outcome {
  const error = {
    code: 'REPORT_CHANGED',
    message: `${name} is not what was sealed: ${changed.join(', ')}`,
    remedy: 'Take the original, or make another one: sluice report',
  };
  return { kind: 'ReportCheck', data, exit: EXIT.differences, text: `changed: ${changed.join(', ')}`, error };
}

function textOf(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw usageError(
      'USAGE_NO_EVIDENCE',
      `${name} cannot be read (${code})`,
      'Name a file that sluice report has written.',
    );
  }
}
