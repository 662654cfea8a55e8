import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/servers/port.ts';
import { MAIN } from '../cli/run-sluice.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { type Sides, sidesOf } from '../pipeline/sides.ts';
import { openBrowser } from '../servers/open-browser.ts';

const SOON = { timeout: 60_000 };
/** A folder for pictures of what is seen. */
const PICTURES = process.env['SLUICE_PICTURES'];

describe('the page over the start of a migration', () => {
  let browser: Browser;
  let page: Page;
  let line: Line;
  let sides: Sides;
  let url: string;
  const children: ChildProcess[] = [];

  const sluice = (...words: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [MAIN, ...words, '--quiet'], { cwd: line.folder, stdio: 'ignore' });
    children.push(child);
    return child;
  };
  const ended = async (child: ChildProcess): Promise<number | null> => {
    child.kill('SIGINT');
    if (child.exitCode === null) await once(child, 'close');
    return child.exitCode;
  };
  const sentence = () => page.getByRole('region', { name: 'How the start goes' }).textContent();
  const body = () => page.locator('main').textContent();

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    line = await openLine({ source: 'mysql', log: 'embedded', yaml: `http: { listen: "127.0.0.1:${port}" }` });
    sides = await sidesOf(line);
    await sides.onSource(`CREATE TABLE tbl_order (id int PRIMARY KEY, paid date NOT NULL, note text);
      SET SESSION sql_mode = '';
      INSERT INTO tbl_order VALUES (1, '0000-00-00', '<b>not markup</b>')`);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  });

  afterAll(async () => {
    await browser?.close();
    for (const child of children) child.kill('SIGKILL');
    await sides?.close();
    await line?.close();
  });

  it('shows what check found with its cure, by keyboard and to axe, and check ends with its own code', async () => {
    const check = sluice('check', '--page');
    await reached(url);
    await page.goto(url);
    await expect.poll(sentence, SOON).toContain('1 blocking problem (CHECK_REFUSED)');
    expect(await body()).toContain('zeroDate');
    expect(await body()).toContain('asking the source');
    await page.evaluate(axe.source);
    const found = (await page.evaluate('axe.run()')) as { violations: readonly { id: string }[] };
    expect(found.violations.map(({ id }) => id)).toEqual([]);
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'start.png') });
    expect(await ended(check)).toBe(3);
  });

  it('goes on by itself to what assess reads and finds, without a value of a row', async () => {
    const assess = sluice('assess', '--page');
    await expect.poll(sentence, SOON).toMatch(/ASSESS_OPEN_CHOICE|Done/);
    expect(await body()).toContain('tbl_order.paid');
    expect(await body()).not.toContain('not markup');
    expect(await ended(assess)).toBe(3);
  });

  it('goes on to the pipeline once it stands, which keeps what was found at its start', async () => {
    await sides.onSource("UPDATE tbl_order SET paid = '2026-01-01'");
    const run = sluice('run');
    await expect.poll(body, { timeout: 120_000 }).toContain('Complete up to');
    run.kill('SIGTERM');
    if (run.exitCode === null) await once(run, 'close');
    expect(run.exitCode).toBe(0);
  });
});

async function reached(url: string): Promise<void> {
  const answers = () =>
    fetch(`${url}/api/v1/start`).then(
      ({ status }) => status,
      () => 0,
    );
  await expect.poll(answers, SOON).toBe(200);
}
