import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { bundlePage } from './page-bundle.ts';

export interface Asset {
  readonly type: string;
  readonly body: Uint8Array;
  readonly packed: Uint8Array;
}

/** Where `npm run build` puts them, beside this file's folder. */
const BUILT = new URL('../page/', import.meta.url);

const TYPES = {
  'index.html': 'text/html; charset=utf-8',
  'main.js': 'text/javascript; charset=utf-8',
  'main.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

type AssetName = keyof typeof TYPES;

/**
 * By path. In a checkout nothing is built: the page is bundled in memory when it is first asked for, so that there is no
 * generated file that could be old.
 */
export function pageAssets(): Readonly<Record<string, () => Promise<Asset>>> {
  const isBuilt = existsSync(new URL('main.js', BUILT));
  let bundled: Promise<Readonly<Record<AssetName, string>>> | null = null;
  const textOf = async (name: AssetName): Promise<Uint8Array> => {
    if (isBuilt) return await readFile(new URL(name, BUILT));
    bundled ??= bundlePage();
    return Buffer.from((await bundled)[name]);
  };
  const known = new Map<AssetName, Promise<Asset>>();
  const read = async (name: AssetName): Promise<Asset> => {
    const body = await textOf(name);
    return { type: TYPES[name], body, packed: gzipSync(body) };
  };
  const load = (name: AssetName): Promise<Asset> => {
    const asset = known.get(name) ?? read(name);
    known.set(name, asset);
    return asset;
  };
  return {
    '/': () => load('index.html'),
    '/main.js': () => load('main.js'),
    '/main.css': () => load('main.css'),
    '/icon.svg': () => load('icon.svg'),
  };
}
