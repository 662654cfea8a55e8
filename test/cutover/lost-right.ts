import { describe, expect, test } from 'vitest';
import { onTarget } from '../e2e/statement.ts';
import { Scene } from './scene.ts';
import type { SwitchGround } from './switch-ground.ts';
import { begun } from './switch-line.ts';
import { roleOf } from './target-role.ts';

const RIGHTS = [
  { on: 'a table', right: 'INSERT, UPDATE ON ledger' },
  { on: 'our own schema', right: 'ALL ON SCHEMA sluice' },
] as const;

/** Beside the ways of lost-write.ts, on the same servers: nothing is lost, and the source is not left closed. */
export function lostRights(ground: () => SwitchGround): void {
  describe('a right that is taken from the account of the target in the drain opens the source again', () => {
    test.each(RIGHTS)('on $on', async ({ right }) => {
      await using scene = await Scene.open(ground(), { hasTargetRole: true });
      const role = roleOf(scene.line);
      await scene.start();
      scene.script.set('step-noted fence', async () => {
        await scene.hold();
        expect(await scene.write('source', 'last')).toBeNull();
      });
      scene.script.set('step-noted drain', async () => {
        await onTarget(scene.line, `REVOKE ${right} FROM ${role}`);
        await scene.release();
      });
      const id = await begun(scene.running, 'forward');
      await expect(scene.running.ended).rejects.toMatchObject({ code: 'TARGET_PRIVILEGE' });
      const attempt = scene.running.status().cutover?.attempt;
      expect(attempt).toMatchObject({ id, outcome: 'aborted', reason: expect.stringMatching(/TARGET_PRIVILEGE/) });
      expect(await scene.openSides()).toEqual(['source']);
      scene.script.clear();
      await onTarget(scene.line, `GRANT ${right} TO ${role}`);
      await scene.start();
      expect(scene.running.status().cutover?.attempt).toMatchObject({ id, outcome: 'aborted', isOver: true });
      expect(await scene.switch()).toMatchObject({ outcome: 'committed', reason: null });
      expect(await scene.lostOn('target')).toEqual([]);
    });
  });
}
