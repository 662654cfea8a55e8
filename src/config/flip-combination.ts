import { type FlipConfig, flipKindOf } from './flip.ts';
import type { Settings } from './setting.ts';

interface FlipClash {
  readonly path: string;
  readonly message: string;
}

/** What each kind must have, and what it may have besides. */
const NEEDS: Readonly<
  Record<FlipConfig['kind'], { readonly must: readonly string[]; readonly may: readonly string[] }>
> = {
  command: { must: ['cutover.hooks.flip'], may: ['cutover.hooks.unflip'] },
  'env-file': { must: ['cutover.flip.file', 'cutover.flip.set.*'], may: ['cutover.flip.reload'] },
  'settings-file': {
    must: ['cutover.flip.file', 'cutover.flip.url'],
    may: ['cutover.flip.passwordVariable', 'cutover.flip.reload'],
  },
  webhook: { must: ['cutover.flip.webhook'], may: ['cutover.flip.headers.*'] },
  operator: { must: [], may: ['cutover.flip.todo', 'cutover.flip.undoTodo'] },
};

/** Options of the flip and of the probe that lack another one, or have no use. */
export function flipClashes(settings: Settings): readonly FlipClash[] {
  return [...kind(settings), ...urls(settings), ...probe(settings)];
}

function kind(settings: Settings): readonly FlipClash[] {
  const chosen = flipKindOf(settings);
  const { must, may } = chosen === null ? { must: [], may: [] } : NEEDS[chosen];
  const all = Object.values(NEEDS).flatMap((needs) => [...needs.must, ...needs.may]);
  const useless = [...new Set(all)].filter((path) => ![...must, ...may].includes(path) && isGiven(settings, path));
  const why = chosen === null ? 'needs cutover.flip.kind' : `has no use while cutover.flip.kind is ${chosen}`;
  const missing = must.filter((path) => !isGiven(settings, path));
  return [
    ...missing.map((path) => ({ path: 'cutover.flip.kind', message: `${chosen} needs ${path}` })),
    ...useless.map((path) => ({ path, message: path === 'cutover.hooks.unflip' ? 'needs cutover.hooks.flip' : why })),
  ];
}

function urls(settings: Settings): readonly FlipClash[] {
  return ['cutover.flip.webhook', 'cutover.probe.url'].flatMap((path) => {
    const text = settings.secret(path)?.reveal();
    const isRight = text === undefined || (URL.canParse(text) && /^https?:/.test(text));
    return isRight ? [] : [{ path, message: 'is no URL: write http://... or https://...' }];
  });
}

function probe(settings: Settings): readonly FlipClash[] {
  const hasUrl = settings.has('cutover.probe.url');
  const hasBoth = hasUrl && settings.has('cutover.probe.command');
  const idle = ['cutover.probe.status', 'cutover.probe.text'].filter((path) => !hasUrl && settings.has(path));
  return [
    ...(hasBoth ? [{ path: 'cutover.probe.command', message: 'stands beside cutover.probe.url: one of the two' }] : []),
    ...idle.map((path) => ({ path, message: 'needs cutover.probe.url' })),
  ];
}

function isGiven(settings: Settings, path: string): boolean {
  return path.endsWith('.*') ? settings.named(path).length > 0 : settings.isGiven(path);
}
