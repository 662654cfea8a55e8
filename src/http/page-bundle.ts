import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const SOURCE = new URL('../page/', import.meta.url);

/** The page's files out of its sources, minified; esbuild is there in a checkout, not where sluice is installed. */
export async function bundlePage(): Promise<
  Readonly<Record<'index.html' | 'main.js' | 'main.css' | 'icon.svg', string>>
> {
  const { build, stop } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('main.tsx', SOURCE))],
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      outdir: fileURLToPath(SOURCE),
      jsx: 'automatic',
      jsxImportSource: 'preact',
      logLevel: 'silent',
    });
    const textOf = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
    const [html, icon] = await Promise.all(
      ['index.html', 'icon.svg'].map((name) => readFile(new URL(name, SOURCE), 'utf8')),
    );
    return { 'index.html': html ?? '', 'icon.svg': icon ?? '', 'main.js': textOf('.js'), 'main.css': textOf('.css') };
  } finally {
    await stop();
  }
}
