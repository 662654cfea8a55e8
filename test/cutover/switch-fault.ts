import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseScope } from '../../src/check/grant.ts';
import type { AttemptStatus } from '../../src/contract/cutover.ts';
import type { RunnerPoint } from '../../src/cutover/runner.ts';
import type { FaultProxy } from '../../src/servers/proxy.ts';
import type { Line, RunningLine, SourceKind } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { Application } from './application.ts';
import { type FullDisk, fullDisk } from './full-disk.ts';
import {
  expectClosed,
  expectNoneLost,
  loginOf,
  openSwitchLine,
  sideOf,
  startSwitchLine,
  switchTo,
  written,
} from './switch-line.ts';

const YAML = `tables: { include: ["*"], rules: { ledger: { case: { token: lower } } } }
cutover:
  steadyFor: 1s
  writeBlockLimit: 20s
  wayBack: false
  targetRoles: [app]
  flip: { kind: env-file, file: side, set: { SIDE: target } }`;
/** For the fence to be lifted on a busy machine: the limit decides when that begins. */
const LIFT_MS = 20_000;
const EVENTS_MS = 2_500;
/** What ends an attempt whose target does not answer any more. */
const AWAY = /drain|the journal could not be written: .*TARGET_(SILENT|UNREACHABLE)/;

/**
 * One pipeline between two servers, with an application that writes the whole time; each test has one thing go wrong in a
 * switch. Whatever it is: everything is put back within the limit of the write block, and the source takes writes again.
 */
export function switchFaults(kind: SourceKind): void {
  let line: Line;
  let running: RunningLine;
  let application: Application;
  let disk: FullDisk | undefined;
  /** What happens at which point of which step, as `point step`; once. */
  const script = new Map<string, () => Promise<unknown>>();
  const onPoint = async (point: RunnerPoint, step: string | null) => {
    const at = `${point} ${step}`;
    const act = script.get(at);
    script.delete(at);
    await act?.();
  };

  beforeAll(async () => {
    line = await openSwitchLine(kind, 'embedded', { isProxied: true, yaml: YAML });
    await onSource(line, 'CREATE TABLE paper (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, text longtext NOT NULL)');
    await onSource(
      line,
      "CREATE USER rogue@'%' IDENTIFIED BY 'app'",
      "GRANT ALL ON *.* TO rogue@'%' WITH GRANT OPTION",
    );
    running = await startSwitchLine(line, { onPoint });
    await onTarget(line, 'ALTER ROLE app NOLOGIN');
    disk = await fullDisk(line, 'paper');
    application = new Application(() => loginOf(line, sideOf(line)), { everyMs: 20 });
  });
  afterAll(async () => {
    await application?.stop();
    await running?.stop().catch(() => {});
    await line?.close();
    await disk?.close();
  });

  const as = (user: string): Promise<Connection> => {
    const url = new URL(loginOf(line, 'source'));
    url.username = user;
    return createConnection(url.href).then((link) => {
      link.on('error', () => {});
      return link;
    });
  };

  async function expectPutBack(attempt: AttemptStatus, reason: RegExp): Promise<void> {
    expect(attempt.reason).toMatch(reason);
    expect(attempt).toMatchObject({ outcome: 'aborted', isOver: true });
    expect(attempt.writeBlockMs).toBeLessThan(attempt.writeBlockLimitMs + LIFT_MS);
    expect(sideOf(line)).toBe('source');
    await written(application);
    await expectClosed(line);
    // Not caught up: the application writes on.
    await running.until(({ state }) => state === 'streaming');
  }

  test('a late transaction, a rogue writer and a scheduled EVENT write nothing behind the fence, and go on after it', async () => {
    const late = await as('app');
    // Behind the gates, which tell of one that is open for long.
    script.set('step-noted fence', async () => {
      await late.beginTransaction();
      await late.query("INSERT INTO ledger (token) VALUES ('late')");
    });
    await onSource(line, TICK, 'SET GLOBAL event_scheduler = ON');
    const ticks = async () => await countAs(line, "token LIKE 'tick%'");
    await expect.poll(ticks, { timeout: 30_000 }).toBeGreaterThan(0);
    let behind: readonly unknown[] = [];
    script.set('step-done last-look', async () => {
      const before = await ticks();
      const commit = late.commit().catch(() => 'refused');
      const rogue = as('rogue')
        .then((link) => link.query("INSERT INTO ledger (token) VALUES ('rogue')").finally(() => link.destroy()))
        .catch(() => 'refused');
      await sleep(EVENTS_MS);
      behind = [await commit, await rogue, (await ticks()) - before];
    });
    await expectPutBack(await switchTo(running, 'forward', { isRehearsal: true }), /^a rehearsal ends here/);
    expect(behind).toEqual(['refused', 'refused', 0]);
    late.destroy();
    expect(await countAs(line, "token IN ('late', 'rogue')")).toBe(0);
    const after = await ticks();
    await expect.poll(ticks, { timeout: 30_000 }).toBeGreaterThan(after);
    await onSource(line, 'DROP EVENT tick', 'SET GLOBAL event_scheduler = OFF');
  });

  test('a prepared XA transaction is refused by its gate, and by the fence where it comes behind the gates', async () => {
    const prepare = async () => {
      const link = await as('app');
      for (const sql of ["XA START 'x'", "INSERT INTO ledger (token) VALUES ('xa')", "XA END 'x'", "XA PREPARE 'x'"])
        await link.query(sql);
      link.destroy();
    };
    await prepare();
    const { gates } = await running.actions().plan('forward');
    const red = gates.filter(({ state }) => state === 'red').map(({ name }) => name);
    expect(red).toEqual(expect.arrayContaining(['source-quiet', 'fence']));
    await onSource(line, "XA ROLLBACK 'x'");
    script.set('step-noted fence', prepare);
    await expectPutBack(await switchTo(running, 'forward'), /FENCE_XA_PREPARED/);
    await onSource(line, "XA ROLLBACK 'x'");
  });

  test('a full disk of the target holds the drain, which is told, and costs time alone', async () => {
    script.set('step-noted fence', async () => {
      await disk?.fill();
      await onSource(
        line,
        'INSERT INTO paper (text) SELECT CONCAT(UUID(), SHA2(UUID(), 512)) FROM information_schema.COLUMNS LIMIT 2000',
      );
    });
    script.set('step-undone fence', async () => await disk?.free());
    await expectPutBack(await switchTo(running, 'forward'), /reached its limit: drain .*53100|TARGET_RESOURCES/);
  });

  test('a lock of somebody else on the target holds the drain, and is named with its table and its session', async () => {
    const other = new Client({ connectionString: line.target.url, application_name: 'report' });
    await other.connect();
    script.set('step-noted fence', () => other.query('BEGIN; LOCK TABLE ledger IN EXCLUSIVE MODE'));
    script.set('step-undone fence', () => other.query('ROLLBACK'));
    const attempt = await switchTo(running, 'forward');
    await other.end();
    await expectPutBack(
      attempt,
      /reached its limit: drain .* waits for a lock on ledger of session \d+ \(postgres, report/,
    );
  });

  test("a lock of somebody else on the stream's checkpoint stops the point of no return, and its session is named", async () => {
    const other = new Client({ connectionString: line.target.url, application_name: 'report' });
    await other.connect();
    script.set('commit-sent null', () => other.query('BEGIN; LOCK TABLE sluice.checkpoint IN EXCLUSIVE MODE'));
    script.set('step-undone fence', () => other.query('ROLLBACK'));
    const attempt = await switchTo(running, 'forward');
    await other.end();
    await expectPutBack(
      attempt,
      /not answered for 5 s: .*waits for a lock on sluice\.checkpoint of session \d+ \(postgres, report/,
    );
  });

  test('a right that is taken from the account at the source puts everything back', async () => {
    const right = `SELECT ON ${databaseScope(line.source.name)}`;
    script.set('step-noted fence', () => onSource(line, `REVOKE ${right} FROM sluice@'%'`));
    script.set('step-undone fence', () => onSource(line, `GRANT ${right} TO sluice@'%'`));
    await expectPutBack(await switchTo(running, 'forward'), /CUTOVER_NOT_VERIFIED|SOURCE_PRIVILEGE_MISSING/);
  });

  test.each([
    ['target', 'says nothing', (proxy: FaultProxy) => proxy.stall()],
    ['target', 'is gone', goneOf],
    ['source', 'says nothing', (proxy: FaultProxy) => proxy.stall()],
    ['source', 'is gone', goneOf],
  ] as const)(
    'a %s whose network %s in the drain costs no write, and the source is opened again',
    async (side, _, fail) => {
      const proxy = line.proxies?.[side];
      if (!proxy) throw new Error('no proxies');
      const before = application.acknowledged.length;
      let isAway = false;
      script.set('step-noted drain', async () => {
        isAway = true;
        fail(proxy);
      });
      const switching = switchTo(running, 'forward');
      switching.catch(() => {});
      // Where the target stood at the end already, the drain needs it no more: the next step does.
      await running.until(({ cutover }) => {
        const steps = cutover?.attempt?.steps ?? [];
        return isAway && steps.some(({ phase, state }) => phase === 'blocked' && state === 'failed');
      });
      // The target is not needed for it: the source takes writes while it is still away.
      if (side === 'target') await written(application);
      proxy.heal();
      await expectPutBack(await switching, side === 'target' ? AWAY : /drain/);
      expect(application.acknowledged.length).toBeGreaterThan(before);
    },
  );

  test('after all that the switch goes through, and every acknowledged write is there', async () => {
    script.clear();
    expect(await switchTo(running, 'forward')).toMatchObject({ outcome: 'committed', reason: null });
    await written(application);
    await application.stop();
    await expectNoneLost(line, application);
  });
}

const TICK = `CREATE DEFINER=rogue@'%' EVENT tick ON SCHEDULE EVERY 1 SECOND DO
  INSERT INTO ledger (token) VALUES (CONCAT('tick', UUID_SHORT()))`;

function goneOf(proxy: FaultProxy): void {
  proxy.refuse();
  proxy.reset();
}

/** Rows of the ledger at the source. */
async function countAs(line: Line, where: string): Promise<number> {
  const link = await createConnection(line.source.url);
  const [rows] = await link.query(`SELECT COUNT(*) AS n FROM ledger WHERE ${where}`);
  await link.end();
  return Number((rows as { n: number }[])[0]?.n);
}
