import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Removal } from '../../src/contract/ending.ts';
import { askStatus } from '../../src/control/client.ts';
import { freePort } from '../../src/servers/port.ts';
import { MAIN } from '../cli/run-sluice.ts';
import { openSwitchLine, startSwitchLine, switchTo } from '../cutover/switch-line.ts';
import type { Line } from '../e2e/line.ts';
import { onTarget } from '../e2e/statement.ts';

const SOON = { timeout: 120_000, interval: 200 };
const LIMIT_MS = 600_000;
const FAILED = 1;

test(
  'a running process whose source is lost is completed over HTTP without it: its part is told as statements in the evidence',
  async () => {
    const port = await freePort();
    const line = await openSwitchLine('mysql', 'embedded', { cutover: `\nhttp: { listen: "127.0.0.1:${port}" }` });
    const service = await cutOver(line);
    try {
      const name = line.config.pipeline;
      const token = (await readFile(join(line.folder, '.sluice', `${name}.token`), 'utf8')).trim();
      const ask = async (body: object) => {
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
        const given = { method: 'POST', headers, body: JSON.stringify({ by: 'ada', confirm: name, ...body }) };
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/complete`, given);
        return { status: answer.status, ...((await answer.json()) as { readonly code?: string }) };
      };
      await line.servers?.source.stop();
      const { lagMs: limitMs } = line.config.cutover.watch;
      const isBehind = async () => {
        const { cutover } = await askStatus(line.config.control.socket);
        return cutover?.wayBack != null && (cutover.wayBack.lagMs ?? Number.POSITIVE_INFINITY) > limitMs;
      };
      await expect.poll(isBehind, SOON).toBe(true);
      expect(await ask({ without: ['source'] })).toMatchObject({ status: 409, code: 'ENDING_REFUSED' });
      const ended = once(service, 'exit');
      expect(await ask({ without: ['source'], leavesBehind: true })).toMatchObject({ status: 200 });
      expect(await ended).toEqual([FAILED, null]);
      const [left] = await onTarget(line, "SELECT to_regnamespace('sluice') IS NULL AS gone");
      expect(left).toEqual({ gone: true });
      const removals = (await evidenceOf(line)).filter(({ state }) => state === 'left');
      expect(new Set(removals.map(({ end }) => end))).toEqual(new Set(['source']));
      expect(JSON.stringify(removals)).toContain('DROP DATABASE IF EXISTS');
    } finally {
      service.kill('SIGKILL');
      await line.close().catch(() => {});
    }
  },
  LIMIT_MS,
);

/** The application is on the target; a process of its own carries its writes back. */
async function cutOver(line: Line) {
  const running = await startSwitchLine(line);
  expect(await switchTo(running, 'forward')).toMatchObject({ outcome: 'committed' });
  await running.stop();
  const service = spawn(process.execPath, [MAIN, 'run', '--quiet'], { cwd: line.folder, stdio: 'ignore' });
  const slot = async () => (await askStatus(line.config.control.socket).catch(() => null))?.cutover?.wayBack?.slot;
  await expect.poll(async () => (await slot()) ?? null, SOON).not.toBeNull();
  return service;
}

async function evidenceOf({ folder, config }: Line): Promise<readonly Removal[]> {
  const at = join(folder, '.sluice', 'evidence');
  const [file = ''] = (await readdir(at)).filter((name) =>
    new RegExp(`^${config.pipeline}-complete-[^-]*\\.json$`).test(name),
  );
  return (JSON.parse(await readFile(join(at, file), 'utf8')) as { removals: readonly Removal[] }).removals;
}
