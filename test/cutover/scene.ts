import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { AttemptStatus } from '../../src/contract/cutover.ts';
import type { RunnerPoint } from '../../src/cutover/runner.ts';
import type { SwitchOptions } from '../../src/pipeline/cutover/steps.ts';
import { caughtUpSince, type Line, type LineOptions, type RunningLine, startLine } from '../e2e/line.ts';
import { onSource, onTarget } from '../e2e/statement.ts';
import { LEDGER } from './application.ts';
import type { SwitchGround } from './switch-ground.ts';
import { loginOf, switchTo } from './switch-line.ts';
import { asTargetRole, dropTargetRole } from './target-role.ts';

export type Side = 'source' | 'target';
export type Parts = (parts: SwitchOptions) => SwitchOptions;

const YAML = `tables: { include: ["*"], rules: { ledger: { case: { token: lower } } } }
cutover: { steadyFor: 1s, targetRoles: [app], firstWrite: 1s`;

export interface SceneOptions extends Partial<LineOptions> {
  /** Further entries of `cutover`, each after a comma. */
  readonly cutover?: string;
  /** The pipeline is no superuser on the target. */
  readonly hasTargetRole?: boolean;
}

/** One pipeline between two databases, an application that writes tokens by its own login, and a script. */
export class Scene implements AsyncDisposable {
  readonly line: Line;
  /** Whose COMMIT was answered. */
  readonly acknowledged: string[] = [];
  /** What happens at which point of which step, as `point step`. */
  readonly script = new Map<string, () => Promise<unknown>>();
  withParts: Parts = (parts) => parts;
  readonly #ground: SwitchGround;
  readonly #dropRole: () => Promise<void>;
  #running: RunningLine | null = null;
  #held: Client | null = null;

  private constructor(ground: SwitchGround, line: Line, dropRole: () => Promise<void>) {
    this.#ground = ground;
    this.#dropRole = dropRole;
    this.line = line;
  }

  static async open(
    ground: SwitchGround,
    { cutover = ', wayBack: false', hasTargetRole = false, ...options }: SceneOptions = {},
  ): Promise<Scene> {
    const plain = await ground.line({ yaml: `${YAML}${cutover} }`, ...options });
    const line = hasTargetRole ? await asTargetRole(plain) : plain;
    await onSource(line, LEDGER.mysql, LEDGER.account, 'INSERT INTO account VALUES (1, 1000000), (2, 0)');
    await onSource(line, `GRANT SELECT, INSERT, UPDATE, DELETE ON \`${line.source.name}\`.* TO app@'%'`);
    return new Scene(ground, line, hasTargetRole ? () => dropTargetRole(line) : async () => {});
  }

  get running(): RunningLine {
    if (this.#running === null) throw new Error('the pipeline has not begun');
    return this.#running;
  }

  /** Runs the pipeline until it is loaded and level, or as it is said. */
  async start(isThere = caughtUpSince(Date.now())): Promise<void> {
    this.#running = startLine(this.line, 'run', {
      onPoint: (point, step) => this.#at(point, step),
      withParts: (parts) => this.withParts(parts),
    });
    await this.running.until(isThere);
    await onTarget(
      this.line,
      'GRANT ALL ON ALL TABLES IN SCHEMA public TO app; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO app',
    );
  }

  async switch(direction: 'forward' | 'back' = 'forward'): Promise<AttemptStatus> {
    return await switchTo(this.running, direction);
  }

  /** One write of the application; null when it was acknowledged, else the refusal. */
  async write(side: Side, token: string, user = 'app'): Promise<string | null> {
    const url = new URL(loginOf(this.line, side));
    url.username = user;
    try {
      await (side === 'source' ? insertOnSource : insertOnTarget)(url.href, token);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    this.acknowledged.push(token);
    return null;
  }

  async tokens(side: Side): Promise<readonly string[]> {
    if (side === 'target')
      return (await onTarget(this.line, 'SELECT token FROM ledger ORDER BY id')).map(({ token }) => String(token));
    const connection = await createConnection(this.line.source.url);
    const [rows] = await connection.query('SELECT token FROM ledger ORDER BY id');
    await connection.end();
    return (rows as { token: string }[]).map(({ token }) => token);
  }

  /** Acknowledged writes that are not in the database of `side`. */
  async lostOn(side: Side): Promise<readonly string[]> {
    const there = new Set(await this.tokens(side));
    return this.acknowledged.filter((token) => !there.has(token));
  }

  /** Which side takes a write of the application now. */
  async openSides(): Promise<readonly Side[]> {
    const sides: Side[] = [];
    for (const side of ['source', 'target'] as const) {
      if ((await this.write(side, `open-${side}-${this.acknowledged.length}`)) === null) sides.push(side);
    }
    return sides;
  }

  /** Somebody's lock on the target: what comes for the ledger waits before the sink's COMMIT. */
  async hold(): Promise<void> {
    const client = new Client({ connectionString: this.line.target.url });
    client.on('error', () => {});
    await client.connect();
    await client.query('BEGIN; LOCK TABLE ledger IN EXCLUSIVE MODE');
    this.#held = client;
  }

  async release(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    await held?.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
    await this.#running?.stop().catch(() => {});
    await this.#ground.reset();
    await this.#dropRole();
    await this.line.close();
  }

  async #at(point: RunnerPoint, step: string | null): Promise<void> {
    await this.script.get(step === null ? point : `${point} ${step}`)?.();
  }
}

async function insertOnSource(url: string, token: string): Promise<void> {
  const link = await createConnection({ uri: url, connectTimeout: 5_000 });
  try {
    await link.query('INSERT INTO ledger (token) VALUES (?)', [token]);
  } finally {
    link.destroy();
  }
}

async function insertOnTarget(url: string, token: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('INSERT INTO ledger (token) VALUES ($1)', [token]);
  } finally {
    await client.end().catch(() => {});
  }
}
