import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WayBackStatus } from '../../src/contract/cutover.ts';
import { askStatus } from '../../src/control/client.ts';
import { MAIN, type Ran, runSluice } from '../cli/run-sluice.ts';
import { loginOf, openSwitchLine, startSwitchLine, switchTo } from '../cutover/switch-line.ts';
import { type Line, type LogKind, pause, type RunningLine, type SourceKind } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { bareEnvironment } from '../run-environment.ts';
import { type Footprint, footprintOf } from './footprint.ts';

const TRIGGER = 'CREATE TRIGGER stamp BEFORE INSERT ON ledger FOR EACH ROW SET NEW.note = CONCAT(NEW.token, "!")';
const LEFT_ON_PURPOSE = /public\.|^role app$/;

/** Each command is a process of its own, which on a busy machine takes its time to start. */
const LIMIT_MS = 600_000;

/** The whole end of a pipeline, with what the way back may wait for before it, on servers of its own. */
export function completeContract(source: SourceKind, log: LogKind): void {
  let line: Line;
  let running: RunningLine | null = null;
  let service: ChildProcess | undefined;
  let before: Footprint;

  const sluice = (...argv: readonly string[]): Promise<Ran> => runSluice(argv, { folder: line.folder });
  const complete = (...more: readonly string[]) =>
    sluice('complete', '--json', '--by', 'ada', '--confirm', line.config.pipeline, ...more);

  beforeAll(async () => {
    line = await openSwitchLine(source, log);
    await onSource(line, `USE \`${line.source.name}\``, TRIGGER);
    before = await footprintOf(line);
    running = await startSwitchLine(line);
  });

  afterAll(async () => {
    service?.kill('SIGKILL');
    await running?.stop().catch(() => {});
    await line.close();
  });

  test(
    'is refused while the application writes on the source, and names what to do',
    async () => {
      const ran = await complete();
      expect(ran.exit).toBe(3);
      expect(JSON.parse(ran.stdout).error).toMatchObject({ code: 'ENDING_REFUSED' });
      expect(ran.stdout).toContain('sluice cutover run');
    },
    LIMIT_MS,
  );

  test(
    'carries the last writes of the target to the source, takes everything of ours away, and leaves the source closed',
    async () => {
      if (running === null) throw new Error('not begun');
      expect(await switchTo(running, 'forward')).toMatchObject({ outcome: 'committed' });
      await running.stop();
      running = null;
      service = spawn(process.execPath, [MAIN, 'run'], { cwd: line.folder, env: bareEnvironment() });
      const ended = new Promise((resolve) => service?.on('close', resolve));
      await until(line, ({ waitsFor, slot }) => waitsFor === null && slot !== null);
      await decideDdl(line, sluice);
      await decideQuarantine(line, sluice);
      expect(await sluice('verify', '--table', 'account')).toMatchObject({ exit: 0 });
      const differing = await sluice('verify', '--table', 'ledger', '--json');
      expect(differing.exit).toBe(4);
      expect(JSON.parse(differing.stdout).data.tables[0].differences).toMatchObject([{ kind: 'extra' }]);
      expect(await sluice('verify', '--repair', '--confirm', line.config.pipeline)).toMatchObject({ exit: 3 });
      await onTarget(line, "INSERT INTO ledger (token) VALUES ('the last one')");

      if (log === 'embedded') await refusedElsewhere(line);
      const plan = await sluice('complete', '--plan', '--json');
      expect(plan).toMatchObject({ exit: 0 });
      const slot = `sluice_${line.config.pipeline}_reverse`;
      expect(plan.stdout).toContain(slot);
      expect((await footprintOf(line)).target).toContain(`slot ${slot}`);

      const done = await complete('--drop-accounts');
      expect(done).toMatchObject({ exit: 0 });
      expect(await ended).toBe(0);
      const { evidence, kept } = JSON.parse(done.stdout).data;
      const after = await footprintOf(line);
      const isOurs = (name: string) => !LEFT_ON_PURPOSE.test(name);
      expect(after.target.filter(isOurs)).toEqual(before.target.filter(isOurs));
      expect(after.target.filter((name) => name.includes('identity f'))).toEqual([]);
      const source = before.source.filter((name) => name !== 'account sluice@%');
      expect(source.length).toBe(before.source.length - 1);
      expect(after).toMatchObject({ source, topics: [], folders: [] });

      const connection = await createConnection(line.source.url);
      const [rows] = await connection.query("SELECT token, note FROM ledger WHERE token LIKE '%one'");
      expect(rows).toEqual([
        { token: 'a new one', note: null },
        { token: 'the last one', note: null },
      ]);
      const [shown] = await connection.query("SHOW GLOBAL VARIABLES LIKE 'read_only'");
      expect(shown).toMatchObject([{ Value: 'ON' }]);
      await connection.end();
      await expect(createConnection(loginOf(line, 'source'))).rejects.toThrow();
      expect(JSON.stringify(kept)).toContain(`UNLOCK`);

      const written = JSON.parse(readFileSync(evidence, 'utf8'));
      const folder = join(line.folder, '.sluice/evidence');
      const [page = ''] = readdirSync(folder).filter((name) => name.endsWith('-report.html'));
      expect(await sluice('report', '--check', join(folder, page))).toMatchObject({ exit: 0 });
      expect(readFileSync(join(folder, page), 'utf8')).toContain('ada');
      expect(written).toMatchObject({ pipeline: line.config.pipeline, kind: 'complete', startedBy: 'ada' });
      expect(written.finishedAt).not.toBeNull();
      expect(written.facts.onTarget.cutover).toMatchObject([{ direction: 'forward', outcome: 'committed' }]);
      expect(written.facts.onTarget.cutover_step.map(({ name }: { name: string }) => name)).toContain('drain');
      expect(written.facts.onSource.reverse_trigger).toMatchObject([{ name: 'stamp' }]);
    },
    LIMIT_MS,
  );

  test(
    'done twice does nothing more, and a service that is started again loads nothing anew',
    async () => {
      const twice = await complete();
      expect([twice.exit, twice.stderr]).toEqual([0, expect.not.stringContaining('refused')]);
      const again = await sluice('run');
      expect(again.exit).toBe(3);
      expect(again.stderr).toContain('PIPELINE_ENDED');
      const back = await sluice('rollback', 'run', '--confirm', line.config.pipeline);
      expect([back.exit, back.stderr]).toEqual([3, expect.stringContaining('There is no way back any more')]);
      expect((await footprintOf(line)).target.filter((name) => name.includes('sluice'))).toEqual([]);
      expect(existsSync(`${line.folder}/log`)).toBe(false);
    },
    LIMIT_MS,
  );
}

type Sluice = (...argv: readonly string[]) => Promise<Ran>;

async function until(line: Line, isThere: (wayBack: WayBackStatus) => boolean): Promise<void> {
  let last: unknown = null;
  for (let looks = 0; looks < 1_000; looks++, await pause(200)) {
    const status = await askStatus(line.config.control.socket).catch(() => null);
    last = status?.cutover?.wayBack ?? null;
    if (status?.cutover?.wayBack && isThere(status.cutover.wayBack)) return;
  }
  throw new Error(`not reached: ${JSON.stringify(last)}`);
}

/** A copy of sluice.yaml somewhere else does not see the log; the process that runs goes on. */
async function refusedElsewhere({ file, config }: Line): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-elsewhere-'));
  await copyFile(file, join(folder, 'sluice.yaml'));
  const ran = await runSluice(['complete', '--json', '--confirm', config.pipeline], { folder });
  expect([ran.exit, ran.stdout]).toEqual([3, expect.stringContaining('is not in this folder')]);
  expect(await askStatus(config.control.socket)).toMatchObject({ state: 'cut-over' });
  await rm(folder, { recursive: true });
}

/** DDL of the application on its new side holds the way back up until somebody says that it may go on. */
async function decideDdl(line: Line, sluice: Sluice): Promise<void> {
  await onTarget(
    line,
    "ALTER TABLE ledger ADD COLUMN extra text, ALTER COLUMN note TYPE text; INSERT INTO ledger (token, extra) VALUES ('a new one', 'x')",
  );
  await until(line, ({ waitsFor }) => waitsFor?.includes('sluice rollback accept public.ledger') ?? false);
  expect(await sluice('complete', '--plan')).toMatchObject({ exit: 3 });
  expect(await sluice('rollback', 'accept', 'public.account')).toMatchObject({ exit: 3 });
  expect(await sluice('rollback', 'accept', 'ledger')).toMatchObject({ exit: 0 });
  await until(line, ({ waitsFor, lagMs }) => waitsFor === null && lagMs === 0);
}

/** What the source cannot hold is on the target only, until somebody retries it or gives it up. */
async function decideQuarantine(line: Line, sluice: Sluice): Promise<void> {
  await onTarget(line, "INSERT INTO ledger (token, note) VALUES ('too long', repeat('x', 30))");
  await until(line, ({ setAside }) => setAside === 1);
  const list = await sluice('quarantine', 'list', '--json');
  expect(list.exit).toBe(4);
  const { way, changes } = JSON.parse(list.stdout).data;
  expect({ way, changes }).toMatchObject({ way: 'back', changes: [{ op: 'c', reason: 'too-long' }] });
  const shown = await sluice('quarantine', 'show', changes[0].id, '--json');
  expect(JSON.parse(JSON.parse(shown.stdout).data.after)).toMatchObject({ token: 'too long' });
  expect(await sluice('quarantine', 'list', '--way', 'forward')).toMatchObject({ exit: 0 });
  expect(await sluice('quarantine', 'retry', 'all')).toMatchObject({ exit: 4 });
  const refused = await sluice('complete', '--json', '--confirm', line.config.pipeline);
  expect(refused).toMatchObject({ exit: 3 });
  expect(refused.stdout).toContain('--leave-behind');
  expect(await sluice('quarantine', 'drop', 'all', '--confirm', line.config.pipeline)).toMatchObject({ exit: 0 });
  await until(line, ({ setAside }) => setAside === 0);
}
