/** Writes the page that the installed command serves: `npm run build`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { bundlePage } from '../src/http/page-bundle.ts';

const folder = new URL('../dist/page/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(await bundlePage())) await writeFile(new URL(name, folder), text);
