import type { Config } from '../config/config.ts';
import type { PipelineActions } from '../contract/action.ts';
import { SluiceError } from '../contract/error.ts';
import { incompleteOf } from '../contract/incomplete.ts';
import type { PipelineMode, PipelineStatus } from '../contract/status.ts';
import { ControlServer } from '../control/server.ts';
import type { HttpServer } from '../http/server.ts';
import { refuseEnded } from '../pipeline/evidence/file.ts';
import type { RunResult } from '../pipeline/run-option.ts';
import { VERSION } from '../pipeline/version.ts';
import { CONFIRM_FLAG, confirm } from './confirm.ts';
import { EndingOverHttp } from './ending-over-http.ts';
import { EXIT } from './exit.ts';
import { formatAmount } from './format.ts';
import { requireConfig, shownConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { Progress } from './progress.ts';
import { StartTeller } from './start-teller.ts';
import { incompleteLines, lagText } from './status-text.ts';
import { usageError } from './usage-error.ts';
import { type Call, type Flag, signalOf, type Verb } from './verb.ts';
import { refusal } from './verb-check.ts';
import { askerOf } from './who-asks.ts';

const UNTIL: Flag = {
  name: 'until',
  type: 'text',
  choices: ['caught-up'],
  help: 'End once everything that the source has committed is on the target.',
};

const ACCEPT_RULES: Flag = {
  name: 'accept-rules',
  type: 'switch',
  help: 'Go on though tables.rules were changed; rows already on the target stay as they are.',
};

const RESYNC: Flag = {
  name: 'resync',
  type: 'switch',
  help: "Empty every table on the target and load anew, past a lost or damaged log or position. Asks for the pipeline's name.",
};

const shared = {
  takesConfig: true,
  needs: 'runPipeline',
  isGraceful: true,
  exits: [EXIT.done, EXIT.failed, EXIT.usage, EXIT.refused, EXIT.unreachable, EXIT.interrupted],
} as const;

export const RUN_VERBS: readonly Verb[] = [
  {
    ...shared,
    name: 'run',
    kind: 'Run',
    summary: 'Copies what is missing, then streams: the whole line. The same command goes on after any crash.',
    flags: [UNTIL, ACCEPT_RULES, RESYNC, CONFIRM_FLAG],
    examples: [
      ['sluice run', 'until it is told to stop (Ctrl-C, SIGTERM)'],
      ['sluice run --until caught-up', 'ends when source and target are level'],
      ['sluice run --accept-rules', 'once, after tables.rules were changed on purpose'],
      ['sluice run --resync', 'after a lost log or a purged position: everything anew, into the same target'],
    ],
    run: (call) => run(call, 'run'),
  },
  {
    ...shared,
    name: 'capture',
    kind: 'Run',
    summary: 'The first half alone: source to log, when the log is Kafka.',
    flags: [UNTIL, ACCEPT_RULES],
    examples: [['sluice capture', 'beside a sluice apply elsewhere']],
    run: (call) => run(call, 'capture'),
  },
  {
    ...shared,
    name: 'apply',
    kind: 'Run',
    summary: 'The second half alone: log to target, when the log is Kafka.',
    flags: [UNTIL, ACCEPT_RULES],
    examples: [['sluice apply', 'beside a sluice capture elsewhere']],
    run: (call) => run(call, 'apply'),
  },
];

async function run(call: Call, mode: PipelineMode): Promise<Outcome> {
  const config = requireConfig(call);
  if (mode !== 'run' && config.log.kind !== 'kafka') {
    const message = `sluice ${mode} needs a log that two processes can share`;
    throw usageError('USAGE_HALF', message, 'Set log.kind to kafka, or use: sluice run');
  }
  if (call.flags.has('resync'))
    await confirm(call, config.pipeline, 'Emptying every table on the target and loading anew');
  await refuseEnded(config);
  const control = await ControlServer.open({
    pipeline: config.pipeline,
    mode,
    socket: config.control.socket,
    pid: call.io.pid,
  });
  const progress = new Progress(call.output);
  const http = await openHttp(call, config);
  const start = startOf(call, config, http);
  const ending = new EndingOverHttp(call, config);
  try {
    const refused = await refusal(call, config, start);
    start.end(refused ?? { exit: EXIT.done });
    if (refused !== null || call.signal.aborted) return refused ?? stoppedEarly(call);
    const result = await runPipeline(call, config, { mode, control, progress, http, ending });
    return (await ending.finish(() => control.close())) ?? outcome(call, result);
  } finally {
    progress.close();
    await http?.close();
    await control.close();
  }
}

/** Loaded only by the verbs that need it. */
async function openHttp({ logger }: Call, { http, pipeline }: Config): Promise<HttpServer | null> {
  if (http.listen === null) return null;
  const { HttpServer } = await import('../http/server.ts');
  return await HttpServer.open({ ...http, listen: http.listen, pipeline, logger });
}

/** What is looked at before anything is begun, for who follows on the page. */
function startOf({ output: { scrubber } }: Call, { pipeline }: Config, http: HttpServer | null): StartTeller {
  return new StartTeller({ pipeline, verb: 'run', scrubber, publish: (start) => http?.publishStart(start) });
}

function stoppedEarly(call: Call): Outcome {
  const stopped: Outcome = { kind: 'Run', exit: EXIT.done, data: null, text: 'stopped before anything was begun' };
  if (isServiceStop(call)) return stopped;
  const error = {
    code: 'INTERRUPTED',
    message: 'stopped before anything was begun',
    remedy: 'Go on with the same command.',
  };
  return { ...stopped, exit: EXIT.interrupted, text: '', error };
}

/** SIGTERM is how a service is stopped: a clean end is success, unless something else was asked for. */
function isServiceStop(call: Call): boolean {
  return signalOf(call.signal) === 'SIGTERM' && !call.flags.has('until');
}

interface Running {
  readonly mode: PipelineMode;
  readonly control: ControlServer;
  readonly progress: Progress;
  readonly http: HttpServer | null;
  readonly ending: EndingOverHttp;
}

async function runPipeline(call: Call, config: Config, running: Running): Promise<RunResult> {
  const { mode, control, progress, http, ending } = running;
  const { ports, signal, logger } = call;
  if (ports.runPipeline === undefined) throw new TypeError('no pipeline in this build');
  const onStatus = (status: PipelineStatus): void => {
    const whole = { ...status, pid: call.io.pid, version: VERSION, page: http?.url ?? null };
    control.publish(whole);
    http?.publish(whole);
    progress.update(whole);
  };
  const until = call.flags.get('until') === 'caught-up' ? ({ until: 'caught-up' } as const) : {};
  const rules = call.flags.has('accept-rules') ? ({ acceptsRules: true } as const) : {};
  const resync = call.flags.has('resync') ? ({ isResync: true } as const) : {};
  const onActions = (actions: PipelineActions): void => {
    control.serve(actions);
    http?.serve(ending.beside(actions));
  };
  const redact = (text: string) => call.output.scrubber.text(text);
  const asked = { by: askerOf(call), configuration: shownConfig(call), redact };
  const given = { ...until, ...rules, ...resync };
  return await ports.runPipeline(config, { mode, signal, logger, onStatus, onActions, asked, ...given });
}

function outcome(call: Call, { ended, status }: RunResult): Outcome {
  const incomplete = incompleteOf(status);
  const rows = status.stages.map(({ name, rows }) => `${formatAmount(rows, 'row')} past ${name}`).join(', ');
  if (ended === 'cut-over') return cutOver(status);
  const text = `${status.pipeline}: ${ENDS[ended]}; ${rows}; lag ${lagText({ ...status, incomplete })}`;
  const whole = [text, ...incompleteLines(incomplete)].join('\n');
  const nextSteps = status.quarantine.length > 0 ? ['sluice quarantine list'] : [];
  const result: Outcome = { kind: 'Run', exit: EXIT.done, data: { ended, status, incomplete }, text: whole, nextSteps };
  if (ended !== 'stopped' || isServiceStop(call)) return result;
  const { code, message, remedy } = new SluiceError({
    code: 'INTERRUPTED',
    message: call.flags.has('until') ? 'stopped before it was caught up' : 'stopped cleanly',
    remedy: 'Go on with the same command.',
    disposition: 'stop',
  });
  return { ...result, exit: EXIT.interrupted, error: { code, message, remedy } };
}

const ENDS: Readonly<Record<RunResult['ended'], string>> = {
  'caught-up': 'caught up',
  stopped: 'stopped',
  asked: 'ended, as sluice complete or sluice teardown asked',
  'cut-over': 'cut over',
};

/** Nothing of the source goes to the target any more. */
function cutOver(status: PipelineStatus): Outcome {
  const text = `${status.pipeline}: cut over; the application writes to the target`;
  return { kind: 'Run', exit: EXIT.done, data: { ended: 'cut-over', status, incomplete: [] }, text };
}
