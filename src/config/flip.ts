import { resolve } from 'node:path';
import type { DatabaseUrl } from './database-url.ts';
import { Secret } from './secret.ts';
import type { Settings } from './setting.ts';

/** How the application is pointed to the other side; null: by nobody. Lines, URLs and values may hold secrets. */
export type FlipConfig =
  | { readonly kind: 'command'; readonly flip: Secret; readonly unflip: Secret | null; readonly limitMs: number }
  | (FileConfig & { readonly kind: 'env-file'; readonly set: ReadonlyMap<string, Secret> })
  | (FileConfig & { readonly kind: 'settings-file'; readonly url: DatabaseUrl; readonly variable: string | null })
  | {
      readonly kind: 'webhook';
      readonly url: Secret;
      readonly headers: ReadonlyMap<string, Secret>;
      readonly limitMs: number;
    }
  | { readonly kind: 'operator'; readonly todo: string; readonly undoTodo: string };

interface FileConfig {
  readonly file: string;
  readonly reload: Secret | null;
  readonly limitMs: number;
}

export interface ProbeConfig {
  readonly ask:
    | { readonly url: Secret; readonly status: number | null; readonly text: string | null }
    | { readonly command: Secret };
  readonly tryMs: number;
  readonly limitMs: number;
}

/** From settings that hold no clash. */
export function flipConfig(settings: Settings, folder: string): FlipConfig | null {
  const limitMs = settings.number('cutover.flip.limit');
  const hook = settings.secret('cutover.hooks.flip');
  const url = settings.url('cutover.flip.url');
  const webhook = settings.secret('cutover.flip.webhook');
  const name = settings.textOrNull('cutover.flip.file');
  const file = { file: resolve(folder, name ?? ''), reload: settings.secret('cutover.flip.reload'), limitMs };
  switch (flipKindOf(settings)) {
    case 'command':
      return hook && { kind: 'command', flip: hook, unflip: settings.secret('cutover.hooks.unflip'), limitMs };
    case 'env-file':
      return { kind: 'env-file', ...file, set: secretsUnder(settings, 'cutover.flip.set.*') };
    case 'settings-file':
      return (
        url && { kind: 'settings-file', ...file, url, variable: settings.textOrNull('cutover.flip.passwordVariable') }
      );
    case 'webhook':
      return (
        webhook && {
          ...{ kind: 'webhook', url: webhook, limitMs },
          headers: secretsUnder(settings, 'cutover.flip.headers.*'),
        }
      );
    case 'operator': {
      const [todo, undoTodo] = [settings.text('cutover.flip.todo'), settings.text('cutover.flip.undoTodo')];
      return { kind: 'operator', todo, undoTodo };
    }
    case null:
      return null;
  }
}

export function flipKindOf(settings: Settings): FlipConfig['kind'] | null {
  const kind = settings.textOrNull('cutover.flip.kind');
  if (kind === null) return settings.has('cutover.hooks.flip') ? 'command' : null;
  return kind as FlipConfig['kind'];
}

export function probeConfig(settings: Settings): ProbeConfig | null {
  const [url, command] = [settings.secret('cutover.probe.url'), settings.secret('cutover.probe.command')];
  const times = { tryMs: settings.number('cutover.probe.try'), limitMs: settings.number('cutover.probe.limit') };
  if (command !== null) return { ask: { command }, ...times };
  if (url === null) return null;
  const status = settings.has('cutover.probe.status') ? settings.number('cutover.probe.status') : null;
  return { ask: { url, status, text: settings.textOrNull('cutover.probe.text') }, ...times };
}

function secretsUnder(settings: Settings, path: string): ReadonlyMap<string, Secret> {
  return new Map(
    settings.named(path).flatMap(({ names, value }): [string, Secret][] => {
      const [key] = names;
      return key !== undefined && value instanceof Secret ? [[key, value]] : [];
    }),
  );
}
