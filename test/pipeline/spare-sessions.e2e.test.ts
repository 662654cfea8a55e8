import { expect, test } from 'vitest';
import { SpareSessions } from '../../src/pipeline/spare-sessions.ts';
import { openLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';

const SIGNAL = new AbortController().signal;

/** 1094: the session of one that was used and closed has gone since it was listed. */
function refuseOther(error: { readonly errno?: number }): void {
  if (error.errno !== 1094) throw error;
}

test.each(['mysql', 'mariadb'] as const)(
  'sessions that are opened ahead are used once each on %s and on the target, and one that was ended meanwhile gives way to another',
  async (source) => {
    const line = await openLine({ source, log: 'embedded', isSourceOwn: true });
    const spares = new SpareSessions(line.config);
    const sourceId = () => spares.withSource(SIGNAL, async ({ threadId }) => threadId);
    const targetId = () =>
      spares.withTarget(SIGNAL, async (target) => {
        const { rows } = await target.query('SELECT pg_backend_pid()::text AS pid');
        return Number(rows[0]?.['pid']);
      });
    try {
      await spares.fill();
      const last = Math.max(await sourceId(), await sourceId(), await sourceId());
      // A session that is opened later has a greater number.
      const late = await new SpareSessions(line.config).withSource(SIGNAL, async ({ threadId }) => threadId);
      expect(last).toBeLessThan(late);
      const left = await sourceId();
      expect(left).toBeLessThan(late);
      expect(await sourceId()).toBeGreaterThan(late);
      const pids = [await targetId(), await targetId(), await targetId()];
      expect(new Set(pids).size).toBe(3);
      await spares.fill();
      const ids = await new SpareSessions(line.config).withSource(SIGNAL, async (other) => {
        const rows = await other.rows('SHOW PROCESSLIST');
        return rows.map(({ Id }) => Number(Id)).filter((id) => id > late && id < other.threadId);
      });
      for (const id of ids) await onSource(line, `KILL ${id}`).catch(refuseOther);
      await onTarget(
        line,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      await expect.poll(sourceId).toBeGreaterThan(Math.max(...ids));
      await expect.poll(targetId).toBeGreaterThan(0);
    } finally {
      await spares.close();
      await line.close();
    }
  },
);
