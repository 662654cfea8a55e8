import { readFileSync } from 'node:fs';

/** From package.json, which stands two folders above both `src/pipeline/` and `dist/pipeline/`. */
export const VERSION: string = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
