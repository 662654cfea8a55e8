import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundlePage } from '../../src/http/page-bundle.ts';
import { openHttp } from '../http/open-http.ts';

const LIMIT_BYTES = 60 * 1024;

test('the whole page is under 60 kB as it goes over the network', async () => {
  const sizes = Object.values(await bundlePage()).map((text) => gzipSync(text).length);
  expect(Math.min(...sizes)).toBeGreaterThan(100);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(LIMIT_BYTES);
});

test('page and scripts come from our own address alone, packed when the browser takes that', async () => {
  await using http = await openHttp();
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/main.js', 'text/javascript'],
    ['/main.css', 'text/css'],
    ['/icon.svg', 'image/svg+xml'],
  ] as const) {
    const answer = await http.get(path, { 'accept-encoding': 'gzip' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining(type)]);
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(await answer.text()).not.toMatch(/(src|href)="(https?:)?\/\//);
  }
});

test('the sources of the page are typed for a browser, without Node', () => {
  const tsc = new URL('../../node_modules/typescript/bin/tsc', import.meta.url).pathname;
  const ran = spawnSync(process.execPath, [tsc, '-p', 'src/page/tsconfig.json'], { encoding: 'utf8' });
  expect([ran.status, ran.stdout]).toEqual([0, '']);
  expect(JSON.parse(readFileSync('src/page/tsconfig.json', 'utf8'))).toMatchObject({ compilerOptions: { types: [] } });
});
