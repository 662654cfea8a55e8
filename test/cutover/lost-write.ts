import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sourceHead } from '../../src/binlog/source-head.ts';
import { sourceAdminLogin, sourceLogin } from '../../src/config/login.ts';
import type { Position } from '../../src/contract/position.ts';
import type { PipelineStatus } from '../../src/contract/status.ts';
import { judgeGates } from '../../src/cutover/gate.ts';
import { connectMysql } from '../../src/mysql/connection.ts';
import { makeOurTables } from '../../src/mysql-sink/bookkeeping.ts';
import { Reverse } from '../../src/pipeline/reverse/reverse.ts';
import { describePosition } from '../../src/position/position.ts';
import type { SourceKind } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import * as fault from './fault.ts';
import { killedAt } from './kill-switch.ts';
import { lostRights } from './lost-right.ts';
import { type Parts, Scene, type SceneOptions } from './scene.ts';
import { openGround, type SwitchGround } from './switch-ground.ts';
import { loginOf } from './switch-line.ts';

/** One protection: a scenario that answers what was lost, or what stands open, with it and without it. */
interface Way<T> {
  readonly scene?: SceneOptions;
  /** What is taken out. */
  without(scene: Scene): Parts;
  run(scene: Scene): Promise<T>;
  readonly kept: T;
  readonly lost: T;
}

const DRAIN_WAITS_MS = 500;

/**
 * How others lost writes (protocols 6), one test each: the same scenario runs with the protection, where nothing is lost,
 * and without it, where the loss is seen.
 */
export function lostWrites(kind: SourceKind): void {
  let ground: SwitchGround;
  beforeAll(async () => {
    ground = await openGround(kind);
  });
  afterAll(() => ground[Symbol.asyncDispose]());

  async function played<T>({ scene: options, run, without }: Way<T>, isFaulty: boolean): Promise<T> {
    await using scene = await Scene.open(ground, options);
    if (isFaulty) scene.withParts = without(scene);
    return await run(scene);
  }

  function protects<T>(name: string, way: Way<T>): void {
    describe(name, () => {
      test('with the protection', async () => {
        expect(await played(way, false)).toEqual(way.kept);
      });
      test('without it the loss is seen', async () => {
        expect(await played(way, true)).toEqual(way.lost);
      });
    });
  }

  protects('a transaction opened before the fence never commits after it', {
    // Accounts are locked, which holds at connect: whoever is there stays.
    without: ({ line }) => fault.fencedBy(line, "ALTER USER app@'%' ACCOUNT LOCK"),
    run: async (scene) => {
      await scene.start();
      const late = await createConnection(loginOf(scene.line, 'source'));
      late.on('error', () => {});
      await late.query('BEGIN');
      await late.query("INSERT INTO ledger (token) VALUES ('late')");
      scene.script.set('committed', async () => {
        const isDone = await late.query('COMMIT').then(
          () => true,
          () => false,
        );
        if (isDone) scene.acknowledged.push('late');
      });
      const { outcome } = await scene.switch();
      late.destroy();
      return { outcome, lost: await scene.lostOn('target') };
    },
    kept: { outcome: 'committed', lost: [] },
    lost: { outcome: 'committed', lost: ['late'] },
  });

  const lastRows = async (scene: Scene) => {
    script(scene, lastRowUnderWay);
    await scene.start();
    scene.script.set('committed', () => scene.release());
    const { outcome } = await scene.switch();
    return { outcome, lost: await scene.lostOn('target') };
  };
  const last = {
    kept: { outcome: 'committed', lost: [] as readonly string[] },
    // The final counts miss the row then, and everything is put back.
    lost: { outcome: 'aborted', lost: ['last'] as readonly string[] },
  };

  protects('the end of the log is taken behind the fence, never before the last write', {
    ...last,
    run: lastRows,
    without: (scene) => (parts) => {
      let early: Position | null = null;
      const { sourceFence } = parts;
      const faulty = fault.drainedBy(async () => early ?? (await fault.standing(scene.line)))(parts);
      const plan = async () => {
        early = await headOf(scene);
        // Everything up to there has arrived: what it lacks is what comes after.
        while ((await fault.standing(scene.line)).text !== early.text) await sleep(20);
        return await sourceFence.plan();
      };
      return { ...faulty, sourceFence: { ...sourceFence, plan } };
    },
  });

  protects('a small lag is never taken for drained', {
    ...last,
    run: lastRows,
    without: (scene) =>
      fault.drainedBy(async () => {
        const { maxLagMs } = scene.line.config.cutover;
        await scene.running.until(({ lagMs }) => lagMs !== null && lagMs <= maxLagMs);
        return await fault.standing(scene.line);
      }),
  });

  protects('last rows that are still in a queue are waited for: what is read and logged is not yet there', {
    ...last,
    run: lastRows,
    without: (scene) =>
      fault.drainedBy(async () => {
        const head = await headOf(scene);
        await scene.running.until(
          ({ stages }) => stages.find(({ name }) => name === 'log')?.position === describePosition(head),
        );
        return await fault.standing(scene.line);
      }),
  });

  protects('after a failure in the middle the source is open, and not both sides closed', {
    scene: { cutover: ', wayBack: false, writeBlockLimit: 4s' },
    without: () => fault.lifting(async () => {}),
    run: async (scene) => {
      script(scene, (own) => (parts) => ({ ...lastRowUnderWay(own)(parts), drain: parts.drain }));
      await scene.start();
      const { outcome } = await scene.switch();
      await scene.release();
      return { outcome, open: await scene.openSides() };
    },
    kept: { outcome: 'aborted', open: ['source'] },
    lost: { outcome: 'aborted', open: [] },
  });

  protects('nobody writes on the target before the point of no return: never both sides open', {
    without: () => fault.openTarget,
    run: async (scene) => {
      await scene.start();
      await onTarget(scene.line, 'ALTER ROLE app LOGIN');
      // A part of the application that was pointed there too early, and then the switch is put back.
      scene.script.set('step-noted last-look', async () => {
        await scene.write('target', 'early');
        void scene.running.actions().abort('ada');
      });
      const { outcome } = await scene.switch();
      return { outcome, lost: await scene.lostOn('source') };
    },
    kept: { outcome: 'aborted', lost: [] },
    lost: { outcome: 'aborted', lost: ['early'] },
  });

  describe('what is blocked is opened again though the process that blocked it is killed', () => {
    test.each([
      { title: 'with the protection', fault: null, open: ['source'] },
      { title: 'without it the loss is seen', fault: 'forgetfulFence', open: [] },
    ] as const)('$title', async ({ fault: name, open }) => {
      await using scene = await Scene.open(ground);
      // The process that dies makes the tables, and its gate asks for the application's rights on them.
      await onTarget(scene.line, 'ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO app');
      const crash = { direction: 'forward', point: 'step-ran', step: 'fence' } as const;
      expect(await killedAt(scene.line, crash, 'run', name ?? '')).toBe('SIGKILL');
      if (name !== null) scene.withParts = fault.forgetfulFence;
      await scene.start(({ cutover }) => cutover?.attempt?.isOver === true);
      expect(scene.running.status().cutover?.attempt).toMatchObject({ outcome: 'aborted' });
      expect(await scene.openSides()).toEqual(open);
    });
  });

  protects('a way back that is broken is found before anything is blocked', {
    scene: { cutover: '' },
    // It is made, and no canary goes through it.
    without: ({ line }) =>
      fault.wayBackWith(() => ({
        prove: async () => {
          await new Reverse({ config: line.config, logger: SILENT }).prepare();
          return 0;
        },
      })),
    run: async (scene) => {
      await breakWayBack(scene);
      await scene.start();
      const { outcome, writeBlockMs } = await scene.switch();
      if (outcome === 'committed')
        await scene.running.until(({ cutover }) => (cutover?.wayBack?.waitsFor ?? null) !== null);
      return { outcome, wasBlocked: writeBlockMs !== null };
    },
    kept: { outcome: 'aborted', wasBlocked: false },
    lost: { outcome: 'committed', wasBlocked: true },
  });

  describe('an idle source has no lag, however long nothing was written', () => {
    test('with the protection the gate is green, without it it never is again', async () => {
      await using scene = await Scene.open(ground, {
        cutover: ', wayBack: false, maxLag: 1s',
        sourceMore: ', heartbeat: 1m',
      });
      await scene.start();
      const { maxLagMs } = scene.line.config.cutover;
      const sinceCommitMs = async () => Date.now() - (await fault.lastCommitMs(scene.line));
      await expect.poll(sinceCommitMs, { timeout: 30_000 }).toBeGreaterThan(maxLagMs);
      const { steadyForMs } = scene.line.config.cutover;
      // On a busy machine the head of an idle source is asked later than its lag may be, for a moment.
      await scene.running.until(
        (status) => status.asOfMs - status.startedAtMs > steadyForMs && lagGate(scene, status) === 'green',
      );
      const status = scene.running.status();
      expect(lagGate(scene, { ...status, lagMs: await sinceCommitMs() })).toBe('red');
    });
  });

  protects('a writer that bypasses the application is refused like everybody', {
    without: ({ line }) => fault.fencedBy(line, "ALTER USER app@'%' ACCOUNT LOCK"),
    run: async (scene) => {
      await scene.start();
      scene.script.set('committed', () => scene.write('source', 'rogue', 'rogue'));
      const { outcome } = await scene.switch();
      return { outcome, lost: await scene.lostOn('target') };
    },
    kept: { outcome: 'committed', lost: [] },
    lost: { outcome: 'committed', lost: ['rogue'] },
  });

  protects('the first insert on the target never meets a number that is taken', {
    without: () => fault.noSequences,
    run: async (scene) => {
      await scene.start();
      for (const token of ['one', 'two', 'three']) await scene.write('source', token);
      const { outcome } = await scene.switch();
      const refusal = await scene.write('target', 'first');
      return { outcome, isRefused: /duplicate key/.test(refusal ?? '') };
    },
    kept: { outcome: 'committed', isRefused: false },
    lost: { outcome: 'committed', isRefused: true },
  });

  protects('the way back begins before the first write on the target', {
    scene: { cutover: '' },
    without: () =>
      fault.wayBackWith((real) => ({
        prove: async () => 0,
        skipForward: async () => 'nowhere',
        dropTriggers: async () => {
          await real.prove(new AbortController().signal);
          return await real.dropTriggers();
        },
      })),
    run: async (scene) => {
      await scene.start();
      scene.script.set('step-done open-target', () => scene.write('target', 'early'));
      const there = await scene.switch();
      await scene.write('target', 'later');
      const back = await scene.switch('back');
      return { outcomes: [there.outcome, back.outcome], lost: await scene.lostOn('source') };
    },
    kept: { outcomes: ['committed', 'committed'], lost: [] },
    lost: { outcomes: ['committed', 'committed'], lost: ['early'] },
  });

  protects('scheduled events write no more', {
    without: ({ line }) =>
      fault.fencedBy(line, "ALTER USER app@'%', rogue@'%' ACCOUNT LOCK", 'SET GLOBAL read_only = ON'),
    run: async (scene) => {
      const event = await eventOf(scene);
      await scene.start();
      scene.script.set('committed', () => event.let());
      const { outcome } = await scene.switch();
      await sleep(EVENTS_MS);
      event.end();
      const there = new Set(await scene.tokens('target'));
      return { outcome, isLost: (await scene.tokens('source')).some((token) => !there.has(token)) };
    },
    kept: { outcome: 'committed', isLost: false },
    lost: { outcome: 'committed', isLost: true },
  });

  lostRights(() => ground);
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const EVENTS_MS = 4_000;

/** What the scenario does inside the parts; a fault of the test's is put over it. */
function script(scene: Scene, scripted: (scene: Scene) => Parts): void {
  const { withParts } = scene;
  scene.withParts = (parts) => withParts(scripted(scene)(parts));
}

/** The last write comes just before the fence, and is still under way when the drain begins: until that has waited. */
const lastRowUnderWay =
  (scene: Scene): Parts =>
  (parts) => ({
    ...parts,
    sourceFence: {
      ...parts.sourceFence,
      set: async (record) => {
        await scene.hold();
        expect(await scene.write('source', 'last')).toBeNull();
        await parts.sourceFence.set(record);
      },
    },
    drain: {
      ...parts.drain,
      untilDrained: async (context) => {
        const drained = parts.drain.untilDrained(context);
        await sleep(DRAIN_WAITS_MS);
        await scene.release();
        return await drained;
      },
    },
  });

/** Nothing of the way back can be written at the source. */
async function breakWayBack({ line }: Scene): Promise<void> {
  const connection = await connectMysql(sourceAdminLogin(line.config.source));
  await makeOurTables(connection, 'sluice').finally(() => connection.close());
  await onSource(
    line,
    `CREATE TRIGGER sluice.broken BEFORE UPDATE ON sluice.reverse_checkpoint FOR EACH ROW
       SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'it is broken'`,
  );
}

/** An EVENT of an administrator's, every second, that writes from `let` on. */
async function eventOf({ line }: Scene): Promise<{ let(): Promise<unknown>; end(): void }> {
  const link = await createConnection(line.source.url);
  const lock = `'${line.source.name}'`;
  await link.query(`SELECT GET_LOCK(${lock}, 0)`);
  await link.query(
    `CREATE DEFINER=rogue@'%' EVENT tick ON SCHEDULE EVERY 1 SECOND DO
       BEGIN IF IS_FREE_LOCK(${lock}) = 1 THEN INSERT INTO ledger (token) VALUES (UUID()); END IF; END`,
  );
  await link.query('SET GLOBAL event_scheduler = ON');
  return { let: () => link.query(`SELECT RELEASE_LOCK(${lock})`), end: () => link.destroy() };
}

function lagGate({ line }: Scene, status: PipelineStatus): string | undefined {
  const facts = {
    status,
    steadySinceMs: status.startedAtMs,
    clockOffsetMs: 0,
    findings: [],
    makesSchema: true,
    unseen: [],
    nowMs: status.asOfMs,
  };
  const limits = { ...line.config.cutover, verifyMaxAgeMs: line.config.verify.maxAgeMs };
  return judgeGates(facts, limits, []).find(({ name }) => name === 'lag')?.state;
}

async function headOf(scene: Scene): Promise<Position> {
  const connection = await connectMysql(sourceLogin(scene.line.config.source));
  return await sourceHead(connection).finally(() => connection.close());
}
