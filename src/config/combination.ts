import { dirname } from 'node:path';
import { isZone } from '../column/zone.ts';
import { HEARTBEAT_DATABASE } from './config.ts';
import { flipClashes } from './flip-combination.ts';
import type { Place, Problem } from './problem.ts';
import { ruleClashes } from './rule-combination.ts';
import type { Settings } from './setting.ts';

interface Clash {
  /** The option that the problem is shown at. */
  readonly path: string;
  readonly message: string;
}

type Rule = (settings: Settings) => readonly (Clash | null)[];

/** Right by themselves, impossible together: each rule looks at some options and names the one to change. */
const RULES: readonly Rule[] = [
  databases,
  zone,
  existing,
  heartbeat,
  kafka,
  embedded,
  sasl,
  tls,
  priorities,
  renames,
  verification,
  http,
  fence,
  flipClashes,
];

export function findClashes(settings: Settings): readonly Problem[] {
  const clashes = RULES.flatMap((rule) => rule(settings))
    .filter((clash) => clash !== null)
    .map((clash): Problem => ({ code: 'CONFIG_COMBINATION', ...clash, place: placeOf(settings, clash.path) }));
  return [...clashes, ...ruleClashes(settings)];
}

/** Nothing would block writes, or nothing let them in again. */
function fence(settings: Settings): readonly (Clash | null)[] {
  if (settings.textOrNull('cutover.fence') !== 'hook') return [];
  return ['cutover.hooks.fence', 'cutover.hooks.unfence'].map((path) =>
    settings.isGiven(path) ? null : { path: 'cutover.fence', message: `hook needs ${path}` },
  );
}

function databases(settings: Settings): readonly (Clash | null)[] {
  const source = settings.url('source.url');
  const list = settings.list('source.databases');
  return [
    source !== null && source.database === '' && list.length === 0
      ? { path: 'source.url', message: 'names no database; write .../DATABASE or set source.databases' }
      : null,
    list.length > 1 && settings.isGiven('target.schema')
      ? { path: 'target.schema', message: 'only with one source database; several go to schemas of their own names' }
      : null,
    settings.url('target.url')?.database === ''
      ? { path: 'target.url', message: 'names no database; write .../DATABASE' }
      : null,
  ];
}

function zone(settings: Settings): readonly (Clash | null)[] {
  const path = 'source.datetimeZone';
  const message = 'is no time zone: write a name like Europe/Berlin, or UTC';
  return [isZone(settings.textOrNull(path) ?? 'UTC') ? null : { path, message }];
}

function existing(settings: Settings): readonly (Clash | null)[] {
  if (settings.textOrNull('target.ddl') === 'existing') return [];
  const message = 'only with target.ddl existing';
  const isAsked = (path: string): boolean => settings.list(path).length > 0;
  return [
    ...['target.extra', 'target.emptyFirst'].map((path) => (isAsked(path) ? { path, message } : null)),
    settings.textOrNull('target.dropForLoad') === 'nothing' ? null : { path: 'target.dropForLoad', message },
  ];
}

function heartbeat(settings: Settings): readonly (Clash | null)[] {
  const moved = settings.list('source.databases');
  const path = moved.includes(HEARTBEAT_DATABASE) ? 'source.databases' : 'source.url';
  const isOurs = moved.length > 0 ? moved.includes(HEARTBEAT_DATABASE) : databaseOf(settings) === HEARTBEAT_DATABASE;
  return [
    isOurs ? { path, message: `${HEARTBEAT_DATABASE} is the name of our own database, which is not moved` } : null,
  ];
}

function databaseOf(settings: Settings): string | undefined {
  return settings.url('source.url')?.database;
}

function kafka(settings: Settings): readonly (Clash | null)[] {
  if (settings.textOrNull('log.kind') !== 'kafka') return [];
  return [
    settings.has('log.kafka.brokers')
      ? null
      : { path: 'log.kafka.brokers', message: 'required when log.kind is kafka' },
    settings.textOrNull('log.kafka.client') === 'platformatic'
      ? { path: 'log.kafka.client', message: 'this version has kafkajs only' }
      : null,
  ];
}

function embedded(settings: Settings): readonly (Clash | null)[] {
  if (settings.textOrNull('log.kind') !== 'embedded') return [];
  const registry = { path: 'log.registry.url', message: 'a schema registry goes with log.kind kafka' };
  return [settings.has('log.registry.url') ? registry : null];
}

function sasl(settings: Settings): readonly (Clash | null)[] {
  const paths = ['log.kafka.sasl.mechanism', 'log.kafka.sasl.username', 'log.kafka.sasl.password'];
  const given = paths.filter((path) => settings.has(path));
  if (given.length === 0 || given.length === paths.length) return [];
  const missing = paths.filter((path) => !given.includes(path)).map((path) => path.slice('log.kafka.'.length));
  return [{ path: given[0] ?? '', message: `a login to Kafka needs ${missing.join(' and ')} as well` }];
}

function tls(settings: Settings): readonly (Clash | null)[] {
  const isOn = (side: string): boolean => settings.textOrNull(`${side}.tls`) !== 'off';
  return [
    ...certificate(settings, 'source', isOn('source'), 'source.tls is off'),
    ...certificate(settings, 'target', isOn('target'), 'target.tls is off'),
    ...certificate(
      settings,
      'log.kafka.ssl',
      settings.isTrue('log.kafka.ssl.enabled'),
      'log.kafka.ssl.enabled is false',
    ),
  ];
}

function certificate(settings: Settings, side: string, isOn: boolean, why: string): readonly (Clash | null)[] {
  const [ca, cert, key] = [`${side}.ca`, `${side}.cert`, `${side}.key`];
  const unused = isOn ? [] : [ca, cert, key].filter((path) => settings.has(path));
  return [
    ...unused.map((path) => ({ path, message: `has no use while ${why}` })),
    settings.has(cert) && !settings.has(key) ? { path: cert, message: `needs ${key} as well` } : null,
    settings.has(key) && !settings.has(cert) ? { path: key, message: `needs ${cert} as well` } : null,
  ];
}

function priorities(settings: Settings): readonly (Clash | null)[] {
  const seen = new Map<string, string>();
  return ['tables.priority.high', 'tables.priority.medium', 'tables.priority.low'].flatMap((path) =>
    settings.list(path).map((glob) => {
      const other = seen.get(glob);
      seen.set(glob, path);
      return other === undefined ? null : { path, message: `"${glob}" stands in ${other} as well` };
    }),
  );
}

function renames(settings: Settings): readonly (Clash | null)[] {
  const seen = new Map<string, string>();
  return settings.named('tables.rules.*.rename').map(({ names, value }) => {
    const other = seen.get(String(value));
    seen.set(String(value), names.join('.'));
    const message = `"${names.join('.')}" and "${other}" would both become "${String(value)}"`;
    return other === undefined ? null : { path: 'tables.rules.*.rename', message };
  });
}

function verification(settings: Settings): readonly (Clash | null)[] {
  const [every, maxAge] = [settings.entry('verify.every')?.value, settings.entry('verify.maxAge')?.value];
  const isLess = typeof every === 'number' && typeof maxAge === 'number' && maxAge < every;
  return [isLess ? { path: 'verify.maxAge', message: 'must not be less than verify.every' } : null];
}

function http(settings: Settings): readonly (Clash | null)[] {
  const listen = settings.textOrNull('http.listen');
  // It was told already that this is no address.
  if (listen === null) return [];
  const isLocal = listen === 'off' || /^(127\.|localhost:|\[::1\])/.test(listen);
  const message = 'beyond this machine only with http.tokenFile';
  return [isLocal || settings.has('http.tokenFile') ? null : { path: 'http.listen', message }];
}

function placeOf(settings: Settings, path: string): Place {
  const named = settings.named(path).at(-1)?.place;
  return named ?? settings.entry(path)?.place ?? { in: 'default' };
}

/** Relative paths in the file count from the folder it stands in. */
export function folderOf(file: string): string {
  return dirname(file);
}
