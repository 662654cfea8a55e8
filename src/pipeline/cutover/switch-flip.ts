import type { Config } from '../../config/config.ts';
import type { FlipConfig } from '../../config/flip.ts';
import { CommandFlip } from '../../cutover/flip/command-flip.ts';
import { envEdit } from '../../cutover/flip/env-file.ts';
import { FileFlip, type FileFlipSettings } from '../../cutover/flip/file-flip.ts';
import type { Flip } from '../../cutover/flip/flip.ts';
import { OperatorFlip } from '../../cutover/flip/operator-flip.ts';
import type { Probe } from '../../cutover/flip/probe.ts';
import { type DjangoDatabase, djangoEdit } from '../../cutover/flip/settings-file.ts';
import { secretsOfVariable } from '../../cutover/flip/variable-secret.ts';
import { WebhookFlip } from '../../cutover/flip/webhook-flip.ts';
import type { Word } from '../../cutover/flip/word.ts';
import type { GateFinding } from '../../cutover/gate.ts';
import type { StepRecord } from '../../cutover/step.ts';
import { type AnyFlip, isOf } from '../../cutover/steps/flip.ts';
import { secretsOf } from './switch-fence.ts';

/** One try of a call, within the limit of all. */
const CALL_MS = 10_000;
const SHOWN = { flip: 'the command of cutover.hooks.flip', unflip: 'the command of cutover.hooks.unflip' };

/** Points the application to the other side, as the configuration says; null: nothing does. */
export function switchFlip(config: Config, word: Word): AnyFlip | null {
  const { flip } = config.cutover;
  switch (flip?.kind) {
    case undefined:
      return null;
    case 'command':
      return anyFlip(commandFlip(flip, config));
    case 'env-file':
      return anyFlip(new FileFlip(fileSettings(flip, config), envEdit(revealed(flip.set))));
    case 'settings-file':
      return anyFlip(new FileFlip(fileSettings(flip, config), djangoEdit(djangoDatabase(flip))));
    case 'webhook':
      return anyFlip(webhookFlip(flip, config));
    case 'operator':
      return anyFlip(operatorFlip(flip, word));
  }
}

/** Asks the application whether it works; null: it is not asked. */
export function switchProbe(config: Config): { readonly probe: Probe; readonly shown: string } | null {
  const { probe } = config.cutover;
  if (probe === null) return null;
  const { ask, tryMs, limitMs } = probe;
  const rest = { tryMs, limitMs, secrets: secretsOf(config) };
  if ('command' in ask) {
    const shown = 'the command of cutover.probe.command';
    return { probe: { line: ask.command.reveal(), shown, folder: config.folder, ...rest }, shown };
  }
  const { origin, pathname } = new URL(ask.url.reveal());
  const status = ask.status === null ? {} : { status: ask.status };
  const text = ask.text === null ? {} : { text: ask.text };
  return { probe: { url: ask.url.reveal(), ...status, ...text, ...rest }, shown: `GET ${origin}${pathname}` };
}

/** What speaks against the flip before anything is blocked: what would fail behind the point of no return. */
export async function flipGate(flip: AnyFlip | null): Promise<GateFinding> {
  const findings = flip === null ? [] : await flip.check();
  const blockers = findings.filter(({ severity }) => severity === 'blocker');
  return {
    gate: 'flip',
    value: flip === null ? 'nothing flips the application: a person does' : `it can be flipped (${flip.kind})`,
    threshold: 'the application can be pointed to the new side',
    problems: blockers.map(({ object, message, cure }) => ({ text: `${object}: ${message}`, cure: cure.join('; ') })),
  };
}

/** What speaks against taking it back, before anything is blocked for a rollback. `record`: of the cutover's flip. */
export async function unflipGate(flip: AnyFlip | null, record: StepRecord | null): Promise<GateFinding> {
  const rest = { gate: 'flip', threshold: 'the application can be pointed to the old side' };
  if (record === null) return { ...rest, value: 'the cutover flipped nothing: a person does', problems: [] };
  const now = flip?.kind ?? 'nothing of it';
  if (!isOf(flip, record)) {
    const text = `the cutover flipped by ${String(record['kind'])}, the configuration says ${now}`;
    const cure =
      'Put cutover.flip back as it was and restart sluice run; or waive this, and take it back by hand when the rollback asks for it.';
    return { ...rest, value: text, problems: [{ text, cure }] };
  }
  const findings = (await flip.checkUndo?.(record)) ?? [];
  const problems = findings.map(({ message, cure }) => ({ text: message, cure: cure.join('; ') }));
  return { ...rest, value: `it can be taken back (${flip.kind})`, problems };
}

type Of<K extends FlipConfig['kind']> = Extract<FlipConfig, { readonly kind: K }>;

function commandFlip({ flip, unflip, limitMs }: Of<'command'>, config: Config): CommandFlip {
  const lines = { flip: flip.reveal(), ...(unflip === null ? {} : { unflip: unflip.reveal() }) };
  return new CommandFlip({ ...lines, shown: SHOWN, limitMs, folder: config.folder, secrets: secretsOf(config) });
}

function fileSettings(flip: Of<'env-file' | 'settings-file'>, config: Config): FileFlipSettings {
  const { file: path, reload, limitMs } = flip;
  if (reload === null) return { path };
  const own = flip.kind === 'env-file' ? secretsUnder(flip.set) : [flip.url.password.reveal()];
  const secrets = [...secretsOf(config), ...own];
  const shown = 'the command of cutover.flip.reload';
  return { path, reload: { line: reload.reveal(), shown, limitMs, folder: config.folder, secrets } };
}

function djangoDatabase({ url, variable }: Of<'settings-file'>): DjangoDatabase {
  const password = variable === null ? { text: url.password.reveal() } : { variable };
  const { user, host, port, database: name } = url;
  return { engine: 'django.db.backends.postgresql', name, user, password, host, port };
}

function webhookFlip({ url, headers, limitMs }: Of<'webhook'>, config: Config): WebhookFlip {
  return new WebhookFlip({
    ...{ url: url.reveal(), pipeline: config.pipeline, headers: revealed(headers) },
    secrets: [...secretsOf(config), ...secretsUnder(headers)],
    ...{ tryMs: Math.min(CALL_MS, limitMs), limitMs },
  });
}

function operatorFlip({ todo, undoTodo }: Of<'operator'>, word: Word): OperatorFlip {
  const confirm = async (_todo: string, signal?: AbortSignal) => (await word.given(signal)) !== '';
  return new OperatorFlip({ flip: todo, unflip: undoTodo, confirm });
}

function revealed(secrets: ReadonlyMap<string, { reveal(): string }>): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from(secrets, ([key, secret]) => [key, secret.reveal()]));
}

function secretsUnder(values: ReadonlyMap<string, { reveal(): string }>): readonly string[] {
  return Array.from(values, ([name, value]) => secretsOfVariable(name, value.reveal())).flat();
}

/** The journal gives back what `plan` gave: a record of this very kind. */
function anyFlip<R extends StepRecord>(flip: Flip<R>): AnyFlip {
  const own = (record: StepRecord) => record as R;
  return {
    kind: flip.kind,
    describe: () => flip.describe(),
    describeUndo: (record) => flip.describeUndo(own(record)),
    check: () => flip.check(),
    plan: () => flip.plan(),
    run: (record, signal) => flip.run(own(record), signal),
    checkUndo: async (record) => (await flip.checkUndo?.(own(record))) ?? [],
    undo: (record, signal) => flip.undo(own(record), signal),
  };
}
