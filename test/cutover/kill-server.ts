import { expect, test } from 'vitest';
import type { RunnerPoint } from '../../src/cutover/runner.ts';
import type { RunningServer } from '../../src/servers/running-server.ts';
import { startServer } from '../../src/servers/server.ts';
import type { Line, LogKind, RunningLine, SourceKind } from '../e2e/line.ts';
import { onTarget } from '../e2e/statement.ts';
import { Application } from './application.ts';
import { asksAbort, type Crash, isAt } from './crash-point.ts';
import {
  begun,
  expectArrived,
  expectClosed,
  loginOf,
  openSwitchLine,
  sideOf,
  standFor,
  startSwitchLine,
  written,
} from './switch-line.ts';

export type Victim = 'source' | 'target' | 'kafka';

export interface ServerCrash extends Crash {
  readonly victim: Victim;
}

/** On a busy machine. */
const OVER_MS = 300_000;
const MOST_TRIES = 5;

/**
 * kill -9 of a server at each of these instants of a switch, while an application writes; it comes back by itself, as a
 * service does. The pipeline goes on living: it finishes or undoes, one side is open, the other is closed, and nothing
 * that the application was told of is lost. One line bears them all.
 */
export function testKilledServers(source: SourceKind, log: LogKind, crashes: readonly ServerCrash[]): void {
  test(`kill -9 of a server at ${crashes.length} instants of a switch from ${source} through the ${log} log leaves one side open and loses nothing`, async () => {
    const broker = log === 'kafka' ? await startServer('kafka', { fresh: true }) : undefined;
    const line = await openSwitchLine(source, log, broker === undefined ? {} : { broker });
    const killer = new Killer(line, broker);
    const running = await startSwitchLine(line, { onPoint: (point, step) => killer.at(point, step) });
    killer.running = running;
    await onTarget(line, 'ALTER ROLE app NOLOGIN');
    const application = new Application(() => loginOf(line, sideOf(line)), { everyMs: 20 });
    try {
      for (const crash of crashes) {
        await standFor(line, running, crash.direction);
        await killer.through(crash);
        await written(application);
        await expectClosed(line);
      }
      await standFor(line, running, 'forward');
      await expectArrived(line, running, application);
    } finally {
      await application.stop();
      await running.stop().catch(() => {});
      await line.close();
      await broker?.stop();
    }
  });
}

class Killer {
  readonly #line: Line;
  readonly #servers: Readonly<Record<Victim, RunningServer | undefined>>;
  running: RunningLine | null = null;
  #next: ServerCrash | null = null;
  #back: Promise<void> = Promise.resolve();

  constructor(line: Line, kafka: RunningServer | undefined) {
    this.#line = line;
    this.#servers = { source: line.servers?.source, target: line.servers?.target, kafka };
  }

  async at(point: RunnerPoint, step: string | null): Promise<void> {
    const crash = this.#next;
    if (crash === null) return;
    // Not awaited: it answers when everything is put back.
    if (asksAbort(crash, point, step)) void this.running?.actions().abort('ada');
    if (!isAt(crash, point, step)) return;
    this.#next = null;
    const server = this.#servers[crash.victim];
    if (server === undefined) throw new Error(`no ${crash.victim} to kill`);
    await server.kill();
    this.#back = server.restart();
  }

  /** Switches until the crash was reached, and the attempt is over. */
  async through(crash: ServerCrash): Promise<void> {
    const { running } = this;
    if (running === null) throw new Error('the pipeline has not begun');
    this.#next = crash;
    for (let tries = 0; this.#next !== null; tries++) {
      expect([crash, tries], 'not reached').not.toEqual([crash, MOST_TRIES]);
      const id = await begun(running, crash.direction);
      await running.until(({ state, cutover }) => {
        const isOver = cutover?.attempt?.id === id && cutover.attempt.isOver;
        return isOver && state === (sideOf(this.#line) === 'target' ? 'cut-over' : 'streaming');
      }, OVER_MS);
    }
    await this.#back;
  }
}
