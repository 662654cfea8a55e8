import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import type { AttemptStatus } from '../../src/contract/cutover.ts';
import { type Line, pause } from '../e2e/line.ts';
import { Application } from './application.ts';
import { expectArrived, loginOf, openSwitchLine, sideOf, startSwitchLine, switchTo, written } from './switch-line.ts';

const ROUNDS = 3;

test.each(['mysql', 'mariadb'] as const)(
  'an application goes from %s to PostgreSQL and back, three times, and no acknowledged write is lost or doubled',
  async (source) => {
    const line = await openSwitchLine(source);
    const misled = new Set<string>();
    const held: ('target' | 'source')[] = ['target', 'source'];
    const running = await startSwitchLine(line, {
      onPoint: async (point, step) => {
        if (point !== 'step-noted' || step !== 'level') return;
        const side = held.shift();
        if (side !== undefined) await HOLDS[side](line);
      },
      onStatus: ({ cutover }) => {
        if (cutover?.attempt?.direction !== 'back' || cutover.attempt.outcome !== 'committed') return;
        for (const { name, value } of cutover.gates)
          if (name === 'load-complete' && /not finished|not copied/.test(value)) misled.add(value);
      },
    });
    const application = new Application(() => loginOf(line, sideOf(line)), { everyMs: 100 });
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const there = await switchTo(running, 'forward');
        expect(there).toMatchObject({ outcome: 'committed', reason: null });
        if (round === 0) expectLevel(there);
        const told = (step: string) => there.steps.find(({ name }) => name === step)?.detail;
        expect(told('probe')).toMatch(/^the application is well/);
        expect(told('first-write')).toMatch(/^the application writes to the new side: /);
        expect(sideOf(line)).toBe('target');
        await running.until(({ cutover }) => /^stay/.test(cutover?.wayBack?.advice ?? ''));
        const { tables } = await running.verify();
        expect(tables.flatMap(({ differences }) => differences)).toEqual([]);
        expect(tables.map(({ state }) => state)).not.toContain('failed');
        await expect(running.verify({ repair: true })).rejects.toMatchObject({ code: 'REPAIR_NOT_BACK' });
        await written(application);
        const back = await switchTo(running, 'back');
        expect(back).toMatchObject({ outcome: 'committed', reason: null });
        if (round === 0) expectLevel(back);
        expect(sideOf(line)).toBe('source');
        await written(application);
      }
      await expectArrived(line, running, application);
      // After a rollback a stream begins again, and no load.
      expect([...misled]).toEqual([]);
    } finally {
      await application.stop();
      await running.stop().catch(() => {});
      await line.close();
    }
  },
  // Six switches with a comparison before each: a minute and a half on a machine of its own.
  900_000,
);

const HELD_MS = 1_500;

/** The stream to that side waits for somebody's lock, and is behind when the fence is to be set. */
const HOLDS = {
  target: async ({ target }: Line) => {
    const other = new Client({ connectionString: target.url });
    await other.connect();
    await other.query('BEGIN; LOCK TABLE sluice.checkpoint IN EXCLUSIVE MODE');
    void pause(HELD_MS).then(() => other.end());
  },
  source: async ({ source }: Line) => {
    const other = await createConnection(source.url);
    await other.query('LOCK TABLES sluice.reverse_checkpoint WRITE');
    void pause(HELD_MS).then(() => other.end());
  },
} as const;

/** The fence has waited for the stream, and the drain so had little to wait for. */
function expectLevel({ steps }: AttemptStatus): void {
  const took = (step: string) => steps.find(({ name }) => name === step)?.tookMs ?? 0;
  expect(took('level')).toBeGreaterThan(HELD_MS - 300);
  expect(took('drain')).toBeLessThan(took('level'));
  expect(steps.find(({ name }) => name === 'level')?.detail).toMatch(/^what is written now is there after \d+ ms$/);
}
