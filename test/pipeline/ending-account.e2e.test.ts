import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import type { Kept } from '../../src/contract/ending.ts';
import type { SwitchOptions } from '../../src/pipeline/cutover/steps.ts';
import { runSluice } from '../cli/run-sluice.ts';
import { openSwitchLine, switchTo } from '../cutover/switch-line.ts';
import { asTargetRole, roleOf } from '../cutover/target-role.ts';
import { caughtUpSince, configOf, type Line, type RunningLine, type SourceKind, startLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { footprintOf } from './footprint.ts';

const LIMIT_MS = 600_000;
/** Made for sluice: the one that reads the source, from this machine alone, and the one that fences it. */
const OURS = ["sluice@'127.0.0.1'", "warden@'%'"];

/** A table of which no gate has seen how it stands on the target: without identity and index. */
async function makeLate(line: Line, running: RunningLine): Promise<void> {
  await onSource(
    line,
    `USE \`${line.source.name}\``,
    'CREATE TABLE late (id int AUTO_INCREMENT PRIMARY KEY, note varchar(20), KEY (note))',
    "INSERT INTO late (note) VALUES ('one')",
  );
  await running.until(({ snapshot }) =>
    snapshot.tables.some(({ table, phase }) => table === 'late' && phase === 'streaming'),
  );
  await running.verify();
}

/** Both logins to the source are accounts of its own, and so is the role on the target. */
async function openOwnLine(kind: SourceKind, wayBack: boolean): Promise<Line> {
  const line = await openSwitchLine(kind, 'embedded', { cutover: `wayBack: ${wayBack}` });
  await onSource(
    line,
    "RENAME USER sluice@'%' TO sluice@'127.0.0.1'",
    "CREATE USER warden@'%' IDENTIFIED BY 'own'",
    "GRANT ALL ON *.* TO warden@'%' WITH GRANT OPTION",
  );
  const text = readFileSync(line.file, 'utf8').replace(`adminUrl: ${line.source.url}`, `adminUrl: ${wardenOf(line)}`);
  writeFileSync(line.file, text);
  await onTarget(line, "CREATE ROLE app LOGIN PASSWORD 'app'");
  const own = await asTargetRole({ ...line, config: configOf(line.file, text) });
  await onTarget(line, `ALTER ROLE ${roleOf(line)} REPLICATION`);
  const { user, password } = own.config.target.url;
  const url = new URL(line.target.url);
  [url.username, url.password] = [user, password.reveal()];
  writeFileSync(line.file, text.replace(line.target.url, url.href));
  return own;
}

function wardenOf({ source }: Line): string {
  const url = new URL(source.url);
  [url.username, url.password] = ['warden', 'own'];
  return url.href;
}

async function asWarden(line: Line, ...statements: readonly string[]): Promise<void> {
  const connection = await createConnection(wardenOf(line));
  try {
    for (const statement of statements) await connection.query(statement);
  } finally {
    await connection.end();
  }
}

function statementsOf(kept: readonly Kept[], side: string): readonly string[] {
  return kept.find(({ what }) => what === `the account of sluice on the ${side}`)?.statements ?? [];
}

describe.each([
  ['mysql', false],
  ['mariadb', true],
] as const)('the accounts of a pipeline that is completed, %s, with a way back: %s', (kind, wayBack) => {
  test(
    'are gone after what is printed for them was run, and nothing else is',
    async () => {
      const line = await openOwnLine(kind, wayBack);
      try {
        let isLate = true;
        // While the first comparison of the attempt goes on, which is in time for a table that is new.
        const withParts = (parts: SwitchOptions): SwitchOptions => ({
          ...parts,
          verifyChanged: async (...asked) => {
            if (isLate) await makeLate(line, running);
            isLate = false;
            if (parts.verifyChanged === null) throw new TypeError('nothing is applied here');
            return await parts.verifyChanged(...asked);
          },
        });
        const running = startLine(line, 'run', { withParts });
        await running.until(caughtUpSince(Date.now()));
        await onTarget(
          line,
          'GRANT ALL ON ALL TABLES IN SCHEMA public TO app; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO app',
        );
        await expectRefusedWithoutRight(line);
        const { outcome, reason } = await switchTo(running, 'forward');
        expect([outcome, reason]).toEqual(['aborted', expect.stringMatching(/: \S+\.late \(CUTOVER_TABLE_LATE/)]);
        await onSource(line, `DROP TABLE \`${line.source.name}\`.late`);
        expect(await switchTo(running, 'forward')).toMatchObject({ outcome: 'committed' });
        await running.stop();
        const argv = ['complete', '--json', '--by', 'ada', '--confirm', line.config.pipeline];
        const done = await runSluice(argv, { folder: line.folder });
        expect([done.exit, done.stderr]).toEqual([0, expect.anything()]);
        const { kept }: { kept: readonly Kept[] } = JSON.parse(done.stdout).data;
        const why = kept.find(({ what }) => what === 'the account of sluice on the source')?.why;
        expect(why).toContain('unlock your own before you drop these');
        const root = kind === 'mysql' ? ['SET GLOBAL super_read_only = OFF'] : [];
        await asWarden(line, ...root, ...(await unlocked(line)), ...root.map((one) => one.replace('OFF', 'ON')));
        const before = await footprintOf(line);
        await onSource(line, ...statementsOf(kept, 'source'));
        for (const statement of statementsOf(kept, 'target')) await onTarget(line, statement);
        const gone = OURS.map((name) => `account ${name.replaceAll("'", '')}`);
        const after = await footprintOf(line);
        expect(after.source).toEqual(before.source.filter((one) => !gone.includes(one)));
        expect(after.source.length).toBe(before.source.length - gone.length);
        expect(after.target).toEqual(before.target.filter((one) => one !== `role ${roleOf(line)}`));
        expect(after.target.length).toBe(before.target.length - 1);
        await expectClosed(line, kind);
        await expectAtHome(line);
      } finally {
        await line.close();
      }
    },
    LIMIT_MS,
  );
});

/** An account that could not take everything away does not begin, and the right that it lacks is named. */
async function expectRefusedWithoutRight(line: Line): Promise<void> {
  const file = join(line.folder, 'poor.yaml');
  writeFileSync(file, readFileSync(line.file, 'utf8').replace(`, adminUrl: ${wardenOf(line)}`, ''));
  await asWarden(line, "REVOKE DROP ON sluice.* FROM sluice@'127.0.0.1'");
  const argv = ['complete', '--json', '--confirm', line.config.pipeline, '--config', file];
  const refused = await runSluice(argv, { folder: line.folder });
  expect([refused.exit, JSON.parse(refused.stdout).error]).toEqual([
    3,
    expect.objectContaining({
      code: 'ENDING_REFUSED',
      remedy: expect.stringContaining("GRANT DROP ON `sluice`.* TO 'sluice'@'127.0.0.1'"),
    }),
  ]);
  await asWarden(line, "GRANT DROP ON sluice.* TO sluice@'127.0.0.1'");
}

/** Of the accounts that the fence has locked those of the administrator. */
async function unlocked(line: Line): Promise<readonly string[]> {
  const connection = await createConnection(wardenOf(line));
  const [rows] = await connection.query("SELECT host AS place FROM mysql.user WHERE user = 'root'");
  await connection.end();
  return (rows as { place: string }[]).map(({ place }) => `ALTER USER root@'${place}' ACCOUNT UNLOCK`);
}

/** The old database refuses writes as before. */
async function expectClosed({ source }: Line, kind: SourceKind): Promise<void> {
  const connection = await createConnection(source.url);
  const name = kind === 'mysql' ? 'super_read_only' : 'read_only';
  const [rows] = await connection.query(`SHOW GLOBAL VARIABLES LIKE '${name}'`);
  await connection.end();
  expect(rows).toMatchObject([{ Value: 'ON' }]);
}

/** The application reads and writes its tables, which belong to somebody who is there. */
async function expectAtHome(line: Line): Promise<void> {
  const url = new URL(line.target.url);
  [url.username, url.password] = ['app', 'app'];
  const app = new Client({ connectionString: url.href });
  await app.connect();
  await app.query("INSERT INTO ledger (token) VALUES ('afterwards')");
  expect((await app.query("SELECT token FROM ledger WHERE token = 'afterwards'")).rows).toHaveLength(1);
  await app.end();
  const [owned] = await onTarget(
    line,
    "SELECT pg_get_userbyid(relowner) = current_user AS mine FROM pg_class WHERE relname = 'ledger'",
  );
  expect(owned).toEqual({ mine: true });
}
