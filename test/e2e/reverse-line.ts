/** A line that was moved to PostgreSQL, with its way back. */
import { expect } from 'vitest';
import { sourceLogin, targetLogin } from '../../src/config/login.ts';
import { connectMysql, type MysqlConnection } from '../../src/mysql/connection.ts';
import type { MysqlSinkStep } from '../../src/mysql-sink/sink.ts';
import { Reverse } from '../../src/pipeline/reverse/reverse.ts';
import type { ReverseRun } from '../../src/pipeline/reverse/run.ts';
import { compareAll } from '../../src/pipeline/verify/compare-all.ts';
import { connectPostgres, type PostgresSession } from '../../src/postgres/connection.ts';
import { caughtUpSince, type Line, type LineOptions, openLine, startLine } from './line.ts';

export interface ReverseLine {
  readonly line: Line;
  readonly reverse: Reverse;
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
  /** Ended by `close` where it still runs. */
  start(): ReverseRun;
  close(): Promise<void>;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export interface ReverseLineOptions extends LineOptions {
  /** Fills the source. */
  readonly fill: (line: Line, source: MysqlConnection) => Promise<void>;
  readonly onStep?: (step: MysqlSinkStep) => void | Promise<void>;
}

export function reverseOf(line: Line, onStep?: ReverseLineOptions['onStep']): Reverse {
  return new Reverse({
    config: line.config,
    logger: silent,
    delayRatio: 0.1,
    ...(onStep === undefined ? {} : { onStep }),
  });
}

/** Loaded on the target, and nothing runs. */
export async function openReverseLine(options: ReverseLineOptions): Promise<ReverseLine> {
  const line = await openLine(options);
  const source = await connectMysql({ ...sourceLogin(line.config.source), database: line.source.name });
  await options.fill(line, source);
  const running = startLine(line);
  await running.until(caughtUpSince(Date.now()));
  await running.stop();
  const target = await connectPostgres({ ...targetLogin(line.config), pipeline: 'test' });
  // Sessions of the application have keys and triggers that act.
  await target.query("SET session_replication_role = 'origin'");
  const reverse = reverseOf(line, options.onStep);
  const runs: ReverseRun[] = [];
  const start = () => {
    const started = reverse.start();
    runs.push(started);
    return started;
  };
  const close = async () => {
    await Promise.allSettled(runs.map((each) => each.stop()));
    await reverse.drop();
    await Promise.all([source.close(), target.close()]);
    await line.close();
  };
  return { line, reverse, source, target, start, close };
}

export async function run(session: PostgresSession, statements: string): Promise<void> {
  for (const statement of statements.split(';')) if (statement.trim() !== '') await session.query(statement);
}

export async function expectBothEqual({ line }: Pick<ReverseLine, 'line'>): Promise<void> {
  for (const { table, differences, isEqual } of await compareAll(line.config)) {
    expect(differences, table).toEqual([]);
    expect(isEqual, table).toBe(true);
  }
}
