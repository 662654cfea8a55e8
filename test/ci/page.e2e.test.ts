import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/servers/port.ts';
import { MAIN } from '../cli/run-sluice.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { type Sides, sidesOf } from '../pipeline/sides.ts';
import { openBrowser } from '../servers/open-browser.ts';

const DESK = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };
/** A folder for pictures of what is seen; docs/operate/pictures has two of them. */
const PICTURES = process.env['SLUICE_PICTURES'];
const SOON = { timeout: 60_000 };

describe('the page over a running pipeline', () => {
  let browser: Browser;
  let line: Line;
  let sides: Sides;
  let url: string;
  let child: ChildProcess;
  let page: Page;
  const requests: string[] = [];
  const complaints: string[] = [];

  const start = () => spawn(process.execPath, [MAIN, 'run', '--quiet'], { cwd: line.folder, stdio: 'ignore' });
  const sentence = () => page.getByRole('region', { name: 'How fresh the target is' }).textContent();
  const show = async (name: 'Freshness' | 'Cutover' | 'Operations') => await page.getByRole('tab', { name }).click();
  /** A button that asks for the token and a name. */
  const press = async (label: string) => {
    await page.getByRole('button', { name: `${label} …` }).click();
    const dialog = page.getByRole('dialog', { name: label });
    await dialog.getByLabel('Your name').fill('ada');
    const token = await readFile(join(line.folder, '.sluice', `${line.config.pipeline}.token`), 'utf8');
    await dialog.getByLabel('Token').fill(token.trim());
    await dialog.getByRole('button', { name: label, exact: true }).click();
    await expect.poll(() => dialog.getByRole('status').textContent(), SOON).toContain('Done');
    await dialog.getByRole('button', { name: 'Close' }).click();
  };
  const picture = async (name: string) => {
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  };

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const yaml = `http: { listen: "127.0.0.1:${port}" }\nsnapshot: { parallel: 1, chunkTarget: 10ms, chunkMaxRows: 500 }`;
    line = await openLine({ source: 'mysql', log: 'embedded', isProxied: true, yaml });
    sides = await sidesOf(line);
    await sides.onSource(`CREATE TABLE tbl_order (id int PRIMARY KEY AUTO_INCREMENT, flag tinyint(1) NOT NULL, note text);
      CREATE TABLE tbl_customer (id int PRIMARY KEY, name varchar(100));
      INSERT INTO tbl_customer VALUES (1, 'Ada'), (2, 'Grace');
      SET SESSION cte_max_recursion_depth = 200000;
      INSERT INTO tbl_order (flag, note) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
        SELECT i % 2, REPEAT('note ', 10) FROM n`);
    browser = await openBrowser();
    page = await browser.newPage({ viewport: DESK });
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    child = start();
  });

  afterAll(async () => {
    await browser?.close();
    child?.kill('SIGCONT');
    child?.kill('SIGTERM');
    if (child?.exitCode === null) await once(child, 'close');
    await sides?.close();
    await line?.close();
  });

  it('tells while it copies that nothing is complete, with a bar for each table', async () => {
    const status = () =>
      fetch(`${url}/livez`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(status, SOON).toBe(200);
    await page.goto(url);
    await expect.poll(sentence, SOON).toContain('Not complete yet');
    await show('Operations');
    await expect.poll(() => page.getByRole('progressbar').count(), SOON).toBeGreaterThan(0);
    await expect.poll(() => page.getByText(/of about 1\d\d,\d\d\d rows/).count(), SOON).toBe(1);
    await picture('snapshot');
  });

  it('tells once everything is there up to when it is complete, and moves with the time', async () => {
    await show('Freshness');
    await expect.poll(sentence, { timeout: 120_000 }).toMatch(/^Complete up to \d\d:\d\d:\d\d UTC, /);
    const first = await sentence();
    await sides.onSource("INSERT INTO tbl_customer VALUES (3, 'Edsger')");
    await expect.poll(sentence, SOON).not.toBe(first);
    const row = page.getByRole('row', { name: /tbl_customer/ });
    await expect.poll(() => row.getByRole('cell').nth(3).textContent(), SOON).toBe('1');
    expect(await row.textContent()).toContain('streaming');
    await expect
      .poll(() => page.getByRole('img').getAttribute('aria-label'), SOON)
      .toMatch(/^Lag in the last 15 minutes: now/);
    await picture('freshness');
  });

  it('asks for nothing but itself, and the browser has nothing to complain of', async () => {
    expect(requests.filter((asked) => !asked.startsWith(url))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('has nothing that axe finds wrong, light and dark, on a desk and on a phone, and fits into both', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const viewport of [DESK, PHONE]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        for (const tab of ['Operations', 'Cutover', 'Freshness'] as const) {
          await show(tab);
          expect(await violations(page), `${tab} ${colorScheme} ${viewport.width}`).toEqual([]);
          const width = await page.evaluate('document.documentElement.scrollWidth');
          expect(width, `${tab} ${viewport.width}`).toBeLessThanOrEqual(viewport.width);
        }
        if (viewport === PHONE && colorScheme === 'dark') await picture('phone-dark');
      }
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(DESK);
  });

  it('is used by keyboard alone: arrows move between the views', async () => {
    await show('Freshness');
    await page.getByRole('tab', { name: 'Freshness' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tab', { name: 'Cutover' }).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tab', { name: 'Operations' }).getAttribute('aria-selected')).toBe('true');
    expect(new URL(page.url()).hash).toBe('#operations');
    await page.keyboard.press('Home');
    await expect.poll(sentence, SOON).toContain('Complete up to');
  });

  it('marks a schema change on the chart and in words', async () => {
    await sides.onSource('ALTER TABLE tbl_customer ADD COLUMN city varchar(50)');
    await sides.onSource("INSERT INTO tbl_customer VALUES (4, 'Barbara', 'Paris')");
    await expect
      .poll(() => page.getByRole('list', { name: 'What happened' }).textContent(), SOON)
      .toContain('tbl_customer: columns added: city');
  });

  it('shows a change set aside, says whose table is behind, and tries it again with the token', async () => {
    await sides.onSource('UPDATE tbl_order SET flag = 2 WHERE id = 1');
    await expect.poll(sentence, SOON).toMatch(/tbl_order is behind|1 change waits in quarantine/);
    await show('Operations');
    await expect.poll(() => page.getByRole('row', { name: /tbl_order/ }).textContent(), SOON).toMatch(/1$/);
    await picture('quarantine');
    await page.getByRole('button', { name: 'Give all up …' }).click();
    const drop = page.getByRole('dialog', { name: 'Give all up' });
    await drop.getByLabel('Token').fill('x');
    expect(await drop.getByRole('button', { name: 'your name is missing' }).isDisabled()).toBe(true);
    await drop.getByLabel('Your name').fill('ada');
    expect(await drop.getByRole('button', { name: 'the pipeline’s name is missing' }).isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
    await drop.getByRole('button', { name: 'Close' }).click();

    await sides.target.query('ALTER TABLE tbl_order ALTER COLUMN flag TYPE smallint USING flag::integer');
    await page.getByRole('button', { name: 'Try all again …' }).click();
    const retry = page.getByRole('dialog', { name: 'Try all again' });
    await retry.getByLabel('Your name').fill('ada');
    await retry.getByLabel('Token').fill('wrong-token-wrong-token');
    await retry.getByRole('button', { name: 'Try all again', exact: true }).click();
    await expect.poll(() => retry.getByRole('status').textContent(), SOON).toContain('HTTP_TOKEN_WRONG');
    const token = await readFile(join(line.folder, '.sluice', `${line.config.pipeline}.token`), 'utf8');
    await retry.getByLabel('Token').fill(token.trim());
    await retry.getByRole('button', { name: 'Try all again', exact: true }).click();
    await expect.poll(() => page.getByRole('heading', { name: 'Quarantine' }).count(), SOON).toBe(0);
    const asked = "SELECT who FROM sluice.event WHERE kind = 'action' AND what->>'action' = 'quarantine.retry'";
    await expect.poll(async () => (await sides.target.query(asked)).rows, SOON).toEqual([{ who: 'ada' }]);
    // What a refusal looks like in the browser's own console.
    complaints.splice(0, Number.POSITIVE_INFINITY, ...complaints.filter((text) => !text.includes('403')));
    await show('Freshness');
    await expect.poll(sentence, SOON).toMatch(/^Complete up to \S+ UTC, [^:]*\.$/);
  });

  it('holds the stream by Pause and lets it go on by Resume, with the state told on the page, by command and on the target', async () => {
    await show('Operations');
    const pace = page.getByRole('heading', { name: 'Pace' }).locator('..');
    const rows = async () => (await sides.target.query('SELECT FROM tbl_customer WHERE id = 40')).rowCount;
    await press('Pause');
    await expect.poll(() => pace.textContent(), SOON).toContain('the stream to the target is paused by ada since');
    expect(await pace.getByRole('button', { name: 'Pause (it is paused)' }).isDisabled()).toBe(true);
    await picture('paused');
    await sides.onSource("INSERT INTO tbl_customer VALUES (40, 'Alan', 'London')");
    const said = page.getByRole('region', { name: 'What holds the stream up' });
    await expect.poll(() => said.textContent(), SOON).toContain('paused by ada');
    await show('Freshness');
    await expect.poll(sentence, SOON).toContain('paused by ada');
    expect(await rows()).toBe(0);
    await show('Operations');
    await press('Resume');
    await expect.poll(rows, SOON).toBe(1);
    await expect.poll(() => pace.textContent(), SOON).not.toContain('paused by ada');
    const asked =
      "SELECT what->>'action' AS action FROM sluice.event WHERE who = 'ada' AND what->>'action' IN ('pause', 'resume')";
    await expect
      .poll(async () => (await sides.target.query(`${asked} ORDER BY at_ms, id`)).rows, SOON)
      .toEqual([{ action: 'pause' }, { action: 'resume' }]);
    await show('Freshness');
    await expect.poll(sentence, SOON).toMatch(/^Complete up to \S+ UTC, [^:]*\.$/);
  });

  it('asks again by itself where its stream was refused, and is let in', async () => {
    const events = (path: URL) => path.pathname === '/api/v1/events';
    let refused = 0;
    await show('Freshness');
    await page.route(events, (route) => {
      refused += 1;
      return route.fulfill({ status: 429, contentType: 'application/problem+json', body: '{}' });
    });
    await page.reload();
    await expect.poll(() => refused, SOON).toBeGreaterThan(1);
    await page.unroute(events);
    await expect.poll(sentence, SOON).toMatch(/^Complete up to/);
    complaints.splice(0, Number.POSITIVE_INFINITY, ...complaints.filter((text) => !text.includes('429')));
  });

  it('says within seconds that the stream is cut, how old the rest is, and goes on by itself', async () => {
    child.kill('SIGSTOP');
    const note = () => page.locator('.cut-note').textContent();
    await expect.poll(note, SOON).toContain('The stream is cut');
    await expect.poll(() => page.locator('dd.old').textContent(), SOON).toMatch(/^as of [4-9]\.\d s ago$/);
    await picture('cut');
    child.kill('SIGCONT');
    await expect.poll(note, SOON).toBe('');
  });

  it('names a stage that has work and does not move, and is not alive then', async () => {
    // The target answers, and works at one row: a target that says nothing is given up instead.
    await sides.target.query(`CREATE TABLE held AS SELECT 600 AS seconds;
      CREATE FUNCTION hold() RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep(seconds) FROM public.held; RETURN true; END $$;
      ALTER TABLE tbl_customer ADD CONSTRAINT hold CHECK (hold()) NOT VALID`);
    await sides.onSource("INSERT INTO tbl_customer VALUES (5, 'Donald', 'Stanford')");
    await show('Operations');
    const said = page.getByRole('region', { name: 'What holds the stream up' });
    await expect.poll(() => said.textContent(), SOON).toContain('writing to the target has not moved');
    expect((await fetch(`${url}/livez`)).status).toBe(503);
    await picture('stall');
    await sides.target.query(`DELETE FROM held;
      SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`);
    await expect.poll(() => fetch(`${url}/livez`).then(({ status }) => status), SOON).toBe(200);
    await expect.poll(() => said.textContent(), SOON).toContain('nothing: every stage');
  });

  it('takes a pipeline that was killed for gone, and shows the next one with its start marked, and that a pause ended with it', async () => {
    await show('Operations');
    await press('Pause');
    await expect.poll(() => page.getByText('paused by ada since').count(), SOON).toBeGreaterThan(0);
    // The next process knows of it by what stands on the target.
    const kept = "SELECT status->'pace'->>'state' AS state FROM sluice.run ORDER BY started_at_ms DESC LIMIT 1";
    await expect.poll(async () => (await sides.target.query(kept)).rows, SOON).toEqual([{ state: 'paused' }]);
    child.kill('SIGKILL');
    await once(child, 'close');
    await expect.poll(() => page.locator('.cut-note').textContent(), SOON).toContain('The stream is cut');
    child = start();
    await show('Freshness');
    await expect.poll(() => page.locator('.cut-note').textContent(), SOON).toBe('');
    await expect.poll(sentence, SOON).toMatch(/^Complete up to/);
    await expect
      .poll(() => page.getByRole('list', { name: 'What happened' }).textContent(), SOON)
      .toContain('sluice was started');
    await show('Operations');
    await expect
      .poll(() => page.getByText(/the pause by ada since .* ended with the process before/).count(), SOON)
      .toBe(1);
    const ended =
      "SELECT what->>'via' AS via FROM sluice.event WHERE what->>'action' = 'resume' ORDER BY at_ms DESC, id DESC LIMIT 1";
    await expect.poll(async () => (await sides.target.query(ended)).rows, SOON).toEqual([{ via: 'restart' }]);
    expect(complaints.filter((text) => !/ERR_(CONNECTION|INCOMPLETE|EMPTY)/.test(text))).toEqual([]);
  });
});

/** What axe finds, in words. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`);
}
