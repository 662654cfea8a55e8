import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { fileTime } from '../contract/file-time.ts';
import type { Facts } from '../evidence/facts.ts';
import type { EvidenceFiles, SealedEvidence } from '../evidence/page.ts';
import { TARGET_JOURNAL } from '../evidence/promise.ts';
import { shownConfig } from './load-file.ts';
import { usageError } from './usage-error.ts';
import type { Call } from './verb.ts';

export interface ReportOptions {
  readonly by: string;
  /** NAME of NAME.html and NAME.json; null: evidence-PIPELINE-TIME. */
  readonly out: string | null;
  readonly showsValues: boolean;
  readonly compares: boolean;
  readonly checksums: boolean;
}

export interface MadeReport {
  readonly facts: Facts;
  readonly names: readonly string[];
  readonly sealed: SealedEvidence;
  readonly root: string;
}

/** Reads what is known, seals it, writes both files and notes the root hash on the target. USAGE_OUT: they cannot be written. */
export async function makeReport(call: Call, config: Config, options: ReportOptions): Promise<MadeReport> {
  const { output, ports, signal } = call;
  if (ports.report === undefined) throw new TypeError('no pipeline in this build');
  const { by, out, ...how } = options;
  const facts = await ports.report.collect(config, {
    ...{ by, configuration: shownConfig(call), backups: config.backup.directory, signal, ...how },
    onStep: (words) => output.live([words]),
  });
  output.live([]);
  const files = await filesOf(call, facts);
  const names = write(call, facts, { ...files, out });
  const { root } = files.sealed.seal;
  // What said nothing a moment ago is not waited for again.
  const isDeaf = facts.notRead.some(({ what }) => what === TARGET_JOURNAL);
  const isNoted = !isDeaf && (await ports.report.note(config, { by, root, atMs: facts.madeAtMs }));
  if (!isNoted) output.warn('the root hash could not be noted on the target: keep it yourself');
  return { facts, names, sealed: files.sealed, root };
}

async function filesOf({ output }: Call, facts: Facts): Promise<EvidenceFiles> {
  const { evidenceOf } = await import('../evidence/evidence.ts');
  const { evidenceFiles } = await import('../evidence/page.ts');
  return evidenceFiles(evidenceOf(facts, (text) => output.scrubber.text(text)));
}

function write(
  call: Call,
  { pipeline, madeAtMs }: Facts,
  { out, html, json }: EvidenceFiles & { out: string | null },
): readonly string[] {
  const name = out ?? `evidence-${pipeline}-${fileTime(new Date(madeAtMs))}`;
  const names = [`${name}.html`, `${name}.json`] as const;
  try {
    mkdirSync(dirname(resolve(call.io.folder, names[0])), { recursive: true, mode: 0o700 });
    writeFileSync(resolve(call.io.folder, names[0]), html, { mode: 0o600 });
    writeFileSync(resolve(call.io.folder, names[1]), json, { mode: 0o600 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw usageError(
      'USAGE_OUT',
      `cannot write ${name} (${code})`,
      'Name a file that this account may write: --out NAME',
    );
  }
  return names;
}
