import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assessmentPage } from '../../src/assess/page.ts';
import { assess } from '../../src/pipeline/schema/assess.ts';
import { plantedSchema } from '../assess/planted-schema.ts';
import { ASSESS_OPTIONS, configAt, loginOf } from '../assess/test-config.ts';
import { testSource } from '../mysql/source.ts';
import { openBrowser } from '../servers/open-browser.ts';
import { axeFindings, openAll, tooWide } from './document-page.ts';

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };
const HAND_WORK = [
  'CREATE VIEW plain AS SELECT id, email FROM bad',
  'CREATE PROCEDURE twice (IN n INT) SELECT n * 2 AS twice_of_n',
  'ALTER TABLE clean ADD FULLTEXT KEY words (note)',
];

/** What the page asked for, and what the browser complained of. */
interface Watched {
  readonly page: Page;
  readonly requests: string[];
  readonly complaints: string[];
}

describe('the page of assess in a real browser', () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-page-'));
    url = pathToFileURL(join(folder, 'assess.html')).href;
    await using source = await testSource('mysql', 'assess_page');
    for (const sql of [...plantedSchema(), ...HAND_WORK]) await source.connection.run(sql);
    const report = await assess(configAt(loginOf(source.settings, source.database)), ASSESS_OPTIONS);
    await writeFile(join(folder, 'assess.html'), assessmentPage(report));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  const opened = async (options: Parameters<Browser['newPage']>[0]): Promise<Watched> => {
    const watched: Watched = { page: await browser.newPage(options), requests: [], complaints: [] };
    const { page, requests, complaints } = watched;
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return watched;
  };

  it('opens from a file without a word of complaint and asks for nothing but itself', async () => {
    const { page, requests, complaints } = await opened({ viewport: DESK });
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/^Assessment of /);
    expect(await page.getByRole('heading', { level: 2 }).count()).toBeGreaterThan(8);
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds wrong in %s, with every part open',
    async (scheme) => {
      for (const viewport of [DESK, PHONE]) {
        const { page } = await opened({ viewport, colorScheme: scheme });
        await openAll(page);
        expect(await axeFindings(page)).toEqual([]);
        await page.close();
      }
    },
  );

  it('fits a phone: nothing but tables and listings is wider than the screen, and those scroll by themselves', async () => {
    const { page } = await opened({ viewport: PHONE });
    await openAll(page);
    expect(await tooWide(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width);
    await page.close();
  });

  it('is used by keyboard: first the way past the contents, then each part opens by Enter', async () => {
    const { page } = await opened({ viewport: DESK });
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the report');
    const closed = page.locator('#objects details:not([open]) > summary');
    const before = await closed.count();
    await closed.first().focus();
    await page.keyboard.press('Enter');
    expect(await closed.count()).toBe(before - 1);
    await page.close();
  });

  it('prints every part, the closed ones too, in black on white', async () => {
    const { page } = await opened({ viewport: DESK, colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    const cell = page.locator('#objects details:not([open]) td').first();
    expect((await cell.boundingBox())?.height).toBeGreaterThan(0);
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(0, 0, 0)');
    await page.close();
  });
});
