import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/servers/port.ts';
import { MAIN } from '../cli/run-sluice.ts';
import { type Line, openLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { openBrowser } from '../servers/open-browser.ts';

const SOON = { timeout: 60_000 };
/** A folder for pictures of what is seen. */
const PICTURES = process.env['SLUICE_PICTURES'];

describe('a cutover pressed through the page', () => {
  let browser: Browser;
  let line: Line;
  let url: string;
  let child: ChildProcess;
  let page: Page;
  let token: string;

  const side = async () => await readFile(join(line.folder, 'side'), 'utf8');
  const sentence = () => page.getByRole('region', { name: 'Where the cutover stands' }).textContent();
  const picture = async (name: string) => {
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
  };
  const press = async (label: string, name?: string) => {
    await page.getByRole('button', { name: `${label} …`, exact: true }).click();
    const dialog = page.getByRole('dialog', { name: label, exact: true });
    await dialog.getByLabel('Token').fill(token);
    if (name !== undefined) await dialog.getByLabel('This cannot be taken back').fill(name);
    await dialog.getByRole('button', { name: label, exact: true }).click();
    await expect.poll(() => dialog.getByRole('status').textContent(), SOON).toContain('Done');
    await dialog.getByRole('button', { name: 'Close' }).click();
  };

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const yaml = `http: { listen: "127.0.0.1:${port}" }
cutover:
  steadyFor: 1s
  longestTransaction: 1s
  writeBlockLimit: 20s
  targetRoles: [app]
  hooks: { flip: printf target > side, unflip: printf source > side }`;
    line = await openLine({
      source: 'mysql',
      log: 'embedded',
      yaml,
      isSourceOwn: true,
      isTargetOwn: true,
      hasAccounts: true,
    });
    await onSource(line, 'CREATE TABLE ledger (id int NOT NULL PRIMARY KEY, note varchar(20))');
    await onSource(line, "INSERT INTO ledger VALUES (1, 'one')");
    await onSource(line, 'CREATE TABLE moment (id int NOT NULL PRIMARY KEY, at datetime)');
    await onTarget(
      line,
      "CREATE ROLE app LOGIN PASSWORD 'app'; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO app",
    );
    child = spawn(process.execPath, [MAIN, 'run', '--quiet'], { cwd: line.folder, stdio: 'ignore' });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  });

  afterAll(async () => {
    await browser?.close();
    child?.kill('SIGTERM');
    if (child?.exitCode === null) await once(child, 'close');
    await line?.close();
  });

  it('is refused while a gate is red: the button says which, and the gate what to do', async () => {
    const status = () =>
      fetch(`${url}/livez`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(status, SOON).toBe(200);
    const { name } = line.source;
    await onSource(
      line,
      "XA START 'x'",
      `INSERT INTO \`${name}\`.ledger VALUES (9, 'x')`,
      "XA END 'x'",
      "XA PREPARE 'x'",
    );
    await page.goto(`${url}/#cutover`);
    const cutOver = page.getByRole('button', { name: /^Cut over/ });
    await expect.poll(() => cutOver.textContent(), SOON).toMatch(/^Cut over \((red: .*|\d gates are red)\)$/);
    expect(await cutOver.isDisabled()).toBe(true);
    await expect.poll(() => page.getByRole('row').filter({ hasText: 'red' }).count(), SOON).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    await picture('cutover-red');
    await onSource(line, "XA ROLLBACK 'x'");
    const verify = spawn(process.execPath, [MAIN, 'verify', '--quiet'], { cwd: line.folder, stdio: 'ignore' });
    expect(await once(verify, 'exit')).toEqual([0, null]);
    await expect.poll(sentence, SOON).toContain('Every gate is open');
    await expect.poll(() => cutOver.textContent(), SOON).toBe('Cut over (your name is missing)');
  });

  it('is rehearsed first, and nothing is blocked', async () => {
    token = (await readFile(join(line.folder, '.sluice', `${line.config.pipeline}.token`), 'utf8')).trim();
    await page.getByLabel('Your name').fill('ada');
    await press('Rehearse');
    await expect.poll(sentence, SOON).toContain('The last rehearsal ended: a rehearsal ends here');
    expect(await sentence()).toContain('Writes were not blocked');
    await expect.poll(sentence, SOON).toContain('Writes will be blocked for about');
    expect(await sentence()).toContain('Not measured, and missing in the sum: fence');
    expect(await page.getByRole('button', { name: /^Confirm the flip/ }).count()).toBe(0);
  });

  it('is done: every step is told, the time that writes were blocked, and who did it', async () => {
    await onSource(line, "INSERT INTO ledger VALUES (2, 'two')");
    await press('Cut over', line.config.pipeline);
    await expect.poll(sentence, SOON).toContain('Done: the application writes to the new side.');
    expect(await sentence()).toMatch(/Writes blocked \d+\.\d s, limit 20 s/);
    expect(await sentence()).toContain('Begun by ada');
    const steps = page.getByRole('listitem').filter({ hasText: 'done' });
    expect(await steps.count()).toBeGreaterThan(3);
    expect(await violations(page)).toEqual([]);
    await picture('cutover-done');
    expect(await side()).toBe('target');
  });

  it('lets a person decide what the way back waits for: a table that DDL changed, and a change that the old side cannot hold', async () => {
    const wayBack = () => page.getByRole('heading', { name: 'The way back' }).locator('..').textContent();
    const accept = page.getByRole('button', { name: /^Accept changed tables/ });
    await expect.poll(() => accept.textContent(), SOON).toBe('Accept changed tables (the way back runs)');
    expect(await accept.isDisabled()).toBe(true);
    // What is given up is nothing in the end, so that both sides stay equal.
    await onTarget(
      line,
      "ALTER TABLE moment ADD COLUMN extra text; INSERT INTO moment VALUES (1, 'infinity', 'x'); DELETE FROM moment",
    );
    await expect.poll(wayBack, SOON).toContain('sluice rollback accept public.moment');
    await expect.poll(() => accept.textContent(), SOON).toBe('Accept changed tables …');
    await press('Accept changed tables', line.config.pipeline);
    await expect.poll(wayBack, SOON).toContain('2 changes that the old side cannot hold');
    expect(await violations(page)).toEqual([]);
    await picture('way-back-waits');
    await press('Try what is set aside again');
    await expect.poll(wayBack, SOON).toContain('2 changes that the old side cannot hold');
    await press('Give up what is set aside', line.config.pipeline);
    await expect.poll(wayBack, SOON).not.toContain('cannot hold');
    const given = page.getByRole('button', { name: /^Give up what is set aside/ });
    await expect.poll(() => given.textContent(), SOON).toBe('Give up what is set aside (nothing is set aside)');
    await onTarget(line, 'ALTER TABLE moment DROP COLUMN extra');
    const asked = `SELECT what->>'action' AS action FROM sluice.event
      WHERE who = 'ada' AND what->>'action' LIKE 'way-back.%' ORDER BY at_ms, id`;
    await expect
      .poll(async () => (await onTarget(line, asked)).map(({ action }) => action), SOON)
      .toEqual(['way-back.accept', 'way-back.retry', 'way-back.drop']);
  });

  it('is gone back from in the same way, over the stream that carries the new writes back', async () => {
    await onTarget(line, "INSERT INTO ledger VALUES (3, 'three')");
    await expect.poll(() => page.getByRole('heading', { name: 'The way back' }).count(), SOON).toBe(1);
    await expect.poll(() => page.locator('main').textContent(), SOON).toMatch(/The way back.*(stay|go back|rollback)/i);
    const goBack = page.getByRole('button', { name: /^Go back/ });
    await expect.poll(() => goBack.textContent(), SOON).toBe('Go back …');
    await press('Go back', line.config.pipeline);
    await expect.poll(sentence, SOON).toContain('Gone back: the application writes to the old side again.');
    expect(await side()).toBe('source');
    await picture('gone-back');
  });

  it('is ended for good by the running process, by the button, once the application has gone over again', async () => {
    const ask = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const given = { method: 'POST', headers, body: JSON.stringify(body) };
      const answer = await fetch(`${url}/api/v1/${path}`, given);
      return { status: answer.status, ...((await answer.json()) as { code?: string; refusals?: unknown[] }) };
    };
    const name = line.config.pipeline;
    // Right after it was gone back the process takes up its work anew, and says so for a moment.
    await expect
      .poll(() => ask('complete', { by: 'ada', confirm: name }), SOON)
      .toMatchObject({ status: 409, code: 'ENDING_REFUSED' });
    const verify = spawn(process.execPath, [MAIN, 'verify', '--quiet'], { cwd: line.folder, stdio: 'ignore' });
    expect(await once(verify, 'exit')).toEqual([0, null]);
    const cutOver = page.getByRole('button', { name: /^Cut over/ });
    await expect.poll(() => cutOver.textContent(), SOON).toBe('Cut over …');
    await press('Cut over', name);
    await expect.poll(sentence, SOON).toContain('Done: the application writes to the new side.');
    await expect.poll(async () => (await ask('complete/plan', { by: 'ada' })).refusals, SOON).toEqual([]);
    const ended = once(child, 'exit');
    await press('Complete', name);
    expect(await ended).toEqual([0, null]);
    const [left] = await onTarget(line, "SELECT to_regnamespace('sluice') IS NULL AS gone");
    expect(left).toEqual({ gone: true });
    const kept = await readdir(join(line.folder, '.sluice', 'evidence'));
    expect(kept.filter((file) => file.startsWith(`${name}-complete-`)).length).toBeGreaterThan(1);
  });
});

/** What axe finds, in words. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`);
}
