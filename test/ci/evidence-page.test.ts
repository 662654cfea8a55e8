import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evidenceOf } from '../../src/evidence/evidence.ts';
import { evidenceFiles } from '../../src/evidence/page.ts';
import { factsSample, tableSample } from '../evidence/facts-sample.ts';
import { openBrowser } from '../servers/open-browser.ts';
import { axeFindings, openAll, tooWide } from './document-page.ts';

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };

describe('the page of the evidence in a real browser', () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-evidence-'));
    url = pathToFileURL(join(folder, 'evidence.html')).href;
    const differences = [{ kind: 'different', column: 'price' }] as const;
    const tables = [
      tableSample(),
      tableSample({ state: 'different', differences, differenceCount: 1 }, 'shop.tbl_item'),
    ];
    const { html } = evidenceFiles(evidenceOf(factsSample({ tables }), (text) => text));
    await writeFile(join(folder, 'evidence.html'), html);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  it.each(['light', 'dark'] as const)(
    'asks for nothing but itself, complains of nothing, fits, and has nothing that axe finds wrong, in %s',
    async (colorScheme) => {
      for (const viewport of [DESK, PHONE]) {
        const page = await browser.newPage({ viewport, colorScheme });
        const told: string[] = [];
        page.on('request', (request) => told.push(request.url()));
        page.on('console', (message) => told.push(message.text()));
        page.on('pageerror', (error) => told.push(error.message));
        await page.goto(url);
        await openAll(page);
        expect(told).toEqual([url]);
        expect(await axeFindings(page)).toEqual([]);
        expect(await tooWide(page)).toEqual([]);
        expect(await page.getByRole('heading', { level: 2 }).count()).toBeGreaterThan(12);
        await page.close();
      }
    },
  );
});
