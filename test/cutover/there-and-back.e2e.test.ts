import { expect, test } from 'vitest';
import { Application } from './application.ts';
import { expectArrived, loginOf, openSwitchLine, sideOf, startSwitchLine, switchTo, written } from './switch-line.ts';

const ROUNDS = 3;

test.each(['mysql', 'mariadb'] as const)(
  'an application goes from %s to PostgreSQL and back, three times, and no acknowledged write is lost or doubled',
  async (source) => {
    const line = await openSwitchLine(source);
    const misled = new Set<string>();
    const running = await startSwitchLine(line, {
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
        expect(await switchTo(running, 'back')).toMatchObject({ outcome: 'committed', reason: null });
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
  300_000,
);
