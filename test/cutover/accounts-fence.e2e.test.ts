import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configOf, type Line, type SourceKind } from '../e2e/line.ts';
import { onSource } from '../e2e/statement.ts';
import { Application } from './application.ts';
import { expectArrived, loginOf, openSwitchLine, sideOf, startSwitchLine, switchTo, written } from './switch-line.ts';

/** What the master user of Amazon RDS has, by its documentation; of dynamic rights those of `rds_superuser_role`. */
const STATIC = `SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES,
  CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE,
  ALTER ROUTINE, CREATE USER, EVENT, TRIGGER`;
const MASTER: Readonly<Record<SourceKind, readonly string[]>> = {
  mysql: [`${STATIC}, REPLICATION CLIENT`, 'ROLE_ADMIN, XA_RECOVER_ADMIN'],
  mariadb: [`${STATIC}, BINLOG MONITOR, SLAVE MONITOR`],
};
/** `root` stands for the cloud's own administrator, whom nobody else may touch. */
const FENCE = 'fence: accounts\n  keepAccounts: [root]';

test.each(['mysql', 'mariadb'] as const)(
  'a cutover from %s and the rollback need no more than the master user of a cloud has: accounts are the fence',
  async (kind) => {
    const whole = await openSwitchLine(kind, 'embedded', { cutover: FENCE });
    const line = await asMaster(whole, kind);
    const running = await startSwitchLine(line);
    const application = new Application(() => loginOf(line, sideOf(line)), { everyMs: 50 });
    try {
      for (const way of ['forward', 'back'] as const) {
        const attempt = await switchTo(running, way);
        expect(attempt).toMatchObject({ outcome: 'committed', isOver: true, reason: null });
        const fence = attempt.steps.find(({ name }) => name === 'fence');
        if (way === 'forward') expect(fence?.detail).toMatch(/^1 writes were tried, .* the account is locked/);
        expect(sideOf(line)).toBe(way === 'forward' ? 'target' : 'source');
        await written(application);
      }
      await expectArrived(line, running, application);
    } finally {
      await application.stop();
      await running.stop().catch(() => {});
      await whole.close();
    }
  },
  600_000,
);

/** The same line, whose administrator has what a cloud gives, and a routine of the cloud to end sessions. */
async function asMaster(line: Line, kind: SourceKind): Promise<Line> {
  await onSource(
    line,
    "CREATE USER master@'%' IDENTIFIED BY 'master'",
    ...MASTER[kind].map((rights) => `GRANT ${rights} ON *.* TO master@'%' WITH GRANT OPTION`),
    'CREATE PROCEDURE mysql.rds_kill(IN thread BIGINT) SQL SECURITY DEFINER KILL thread',
    "GRANT EXECUTE ON PROCEDURE mysql.rds_kill TO master@'%'",
  );
  const admin = new URL(line.source.url);
  [admin.username, admin.password] = ['master', 'master'];
  const text = readFileSync(line.file, 'utf8').replace(/adminUrl: [^,} ]+/, `adminUrl: "${admin.href}"`);
  return { ...line, config: configOf(line.file, text) };
}
