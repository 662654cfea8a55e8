import { type Config, HEARTBEAT_DATABASE } from '../../config/config.ts';
import { sourceAdminLogin } from '../../config/login.ts';
import type { CopiedStatus } from '../../contract/cutover.ts';
import type { Logger } from '../../contract/logger.ts';
import { attemptStatus } from '../../cutover/attempt-status.ts';
import { claimCopy, readCopies, writeCopy } from '../../cutover/copy/copy-table.ts';
import { type CopyVerdict, judgeCopies } from '../../cutover/copy/verdict.ts';
import type { Attempt } from '../../cutover/journal.ts';
import { connectMysql, type MysqlConnection } from '../../mysql/connection.ts';
import { sourceFence } from './switch-fence.ts';

/** As many attempts as may stand between a rollback and the cutover that it takes back. */
const LOOK_BACK = 50;

/** What the source knows of the last attempt, for whoever cannot ask the target. Changes nothing. */
export async function readCopy(config: Config): Promise<CopiedStatus> {
  return await onSource(config, async (connection) => {
    const verdict = await verdictOf(config, connection);
    return statusOf(config, verdict, await sinceWhen(connection, config));
  });
}

/**
 * Opens the source by what it knows itself, where that is certain: it is claimed first in the copy, without which no
 * process can commit the attempt any more (INV-185, docs/decisions/0024). Answers what is known then.
 */
export async function openByCopy(config: Config, by: string, logger: Logger): Promise<CopiedStatus> {
  return await onSource(config, async (connection) => {
    const verdict = await verdictOf(config, connection);
    const { attempt, fenced } = verdict;
    if (verdict.source !== 'openable' || attempt === null || fenced === null)
      return statusOf(config, verdict, await sinceWhen(connection, config));
    const place = placeOf(config);
    const fence = sourceFence(config);
    const isOurs = await fence.admit(fenced, () => claimCopy(connection, place, attempt, by));
    if (!isOurs) return statusOf(config, await verdictOf(config, connection), null);
    await fence.lift(fenced);
    const lifted = liftedBy(attempt, by);
    await writeCopy(connection, place, lifted);
    logger.warn(
      { attempt: attempt.id },
      'the source was opened by the copy of the attempt: the target is out of reach',
    );
    const known = [
      ...verdict.known,
      `the source was opened again by ${by}; the application's roles on PostgreSQL stay as they are until it is back`,
    ];
    return statusOf(config, { attempt: lifted, source: 'open', fenced: null, known }, null);
  });
}

/** The rest of it is put back from the journal, once the target is there again. */
function liftedBy(attempt: Attempt, by: string): Attempt {
  const steps = attempt.steps.map((step) =>
    step.name === 'fence' ? { ...step, state: 'undone' as const, detail: `lifted by ${by} without the target` } : step,
  );
  return { ...attempt, steps, outcome: 'aborted', reason: `${by}: the target is out of reach`, openedAtMs: Date.now() };
}

async function verdictOf(config: Config, connection: MysqlConnection): Promise<CopyVerdict> {
  return judgeCopies(await readCopies(connection, placeOf(config), LOOK_BACK), connection.server.id);
}

function placeOf({ pipeline }: Config) {
  return { database: HEARTBEAT_DATABASE, pipeline };
}

/** Up to when the way back has brought what PostgreSQL took; null: it never ran, or it cannot be read. */
async function sinceWhen(connection: MysqlConnection, { pipeline }: Config): Promise<string | null> {
  const made = await connection.row(
    "SELECT COUNT(*) AS made FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = 'reverse_checkpoint'",
    [HEARTBEAT_DATABASE],
  );
  if (made['made'] !== '1') return null;
  const row = await connection.row(
    `SELECT position, last_commit_us DIV 1000 AS ms FROM ${HEARTBEAT_DATABASE}.reverse_checkpoint WHERE pipeline = ?`,
    [pipeline],
  );
  if (row['position'] === undefined) return null;
  const when = row['ms'] === null ? 'nothing' : `a commit of ${new Date(Number(row['ms'])).toISOString()}`;
  return `of what the application wrote on PostgreSQL the source has everything up to ${row['position']} (${when})`;
}

function statusOf(config: Config, verdict: CopyVerdict, since: string | null): CopiedStatus {
  const { attempt, source, known } = verdict;
  return {
    attempt: attempt === null ? null : attemptStatus(attempt, Date.now()),
    source,
    known: [...known, ...(since === null || source === 'open' || source === 'openable' ? [] : [since])],
    byHand: byHand(config, verdict),
  };
}

function byHand(config: Config, { source, fenced, attempt }: CopyVerdict): readonly string[] {
  if (source === 'open') return [];
  const lift = fenced === null ? [] : sourceFence(config).describe(fenced).lift;
  const statements = lift.flatMap(({ words, statements: all }) => [`-- ${words}`, ...all]);
  const isBack = source === 'unknown' && attempt?.direction === 'back';
  return [...(isBack ? ROLLBACK_ADVICE : ADVICE[source]), ...statements];
}

const ADVICE: Readonly<Record<Exclude<CopyVerdict['source'], 'open'>, readonly string[]>> = {
  openable: ['Open the source: sluice cutover abort. By hand, at the source:'],
  unknown: [
    'First make PostgreSQL answer, or restore it: sluice run then finishes or puts back by itself.',
    'If it is lost for good, ask what is left of it (a replica, a backup of after the attempt): SELECT id, outcome FROM sluice.cutover ORDER BY id DESC LIMIT 1.',
    'Only where that says aborted, or where it is certain that nobody has written on PostgreSQL and that it stays off, open the source by hand:',
  ],
  target: [
    'First make PostgreSQL answer, or restore it: the application belongs there.',
    'If it is lost for good, what it took behind the position above is lost too. Keep it off, stop the application, ' +
      'make the triggers of sluice.reverse_trigger again, and take back the flip. Then, at the source:',
  ],
  returned: [
    'First make PostgreSQL answer: sluice run then finishes by itself.',
    'If it is lost for good, make the triggers of sluice.reverse_trigger again and take back the flip. Then, at the source:',
  ],
};

const RESTORE = 'make the triggers of sluice.reverse_trigger again, and take back the flip';
const ROLLBACK_ADVICE: readonly string[] = [
  'First make PostgreSQL answer, or restore it: sluice run then finishes or puts back by itself.',
  `If it is lost for good: keep it off, stop the application, ${RESTORE}. Then, at the source:`,
];

async function onSource<T>(config: Config, work: (connection: MysqlConnection) => Promise<T>): Promise<T> {
  const connection = await connectMysql(sourceAdminLogin(config.source));
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
