import { SluiceError } from '../contract/error.ts';
import { VERSION } from '../pipeline/version.ts';
import { EXIT } from './exit.ts';
import { groupText, overviewText, verbText } from './help.ts';
import type { Io, SignalName } from './io.ts';
import { makeLogger } from './log.ts';
import { type Outcome, outcomeOfError } from './outcome.ts';
import { Output } from './output.ts';
import { type Parsed, parseCommand } from './parse.ts';
import { PAGE_FLAG } from './start-page.ts';
import type { Call, Ports, Verb } from './verb.ts';
import { VERBS } from './verb-table.ts';

/** Longest time from the signal to the end of the process (interface: 25 s). */
const STOP_LIMIT_MS = 25_000;

/** One command from its words to its exit code. Never throws. */
export async function runCli(io: Io, ports: Ports): Promise<number> {
  const verbs = VERBS.filter(({ needs }) => needs === undefined || ports[needs] !== undefined);
  let output = outputOf(io, new Map(io.argv.map((word) => [word.replace(/^--?/, ''), true])));
  let parsed: Parsed;
  try {
    parsed = parseCommand(io.argv, verbs);
  } catch (error) {
    return finish(output, outcomeOfError('Usage', error));
  }
  output = outputOf(io, parsed.flags);
  const { verb, group, flags } = parsed;
  if (flags.has('help') || (verb === null && !flags.has('version'))) {
    const text =
      verb !== null ? verbText(verb) : group !== null ? groupText(group, verbs) : overviewText(verbs, VERSION);
    const isAsked = flags.has('help') || io.argv.length === 0;
    return finish(output, { kind: 'Help', exit: isAsked ? EXIT.done : EXIT.usage, data: { text }, text });
  }
  if (verb === null)
    return finish(output, { kind: 'Version', exit: EXIT.done, data: { version: VERSION }, text: VERSION });
  return finish(output, await runVerb(verb, callOf(io, ports, output, parsed)));
}

function callOf(io: Io, ports: Ports, output: Output, parsed: Parsed): Call {
  const { flags, operands, overrides } = parsed;
  const logger = makeLogger(output);
  return { io, output, logger, ports, flags, operands, overrides, signal: stopSignal(io, output) };
}

/** The first signal asks to stop; the second, or 25 s, ends the process. */
function stopSignal(io: Io, output: Output): AbortSignal {
  const stop = new AbortController();
  io.onSignal((name: SignalName) => {
    if (stop.signal.aborted) io.exit(EXIT.interrupted);
    stop.abort(name);
    setTimeout(() => {
      output.line(`not finished ${STOP_LIMIT_MS / 1000} s after ${name}: ending now; nothing is lost, start it again`);
      io.exit(EXIT.failed);
    }, STOP_LIMIT_MS).unref();
  });
  return stop.signal;
}

async function runVerb(verb: Verb, call: Call): Promise<Outcome> {
  try {
    const running = verb.run(call);
    const isGraceful = verb.isGraceful === true || call.flags.has(PAGE_FLAG.name);
    return await (isGraceful ? running : Promise.race([running, interrupted(call.signal)]));
  } catch (error) {
    if (!(error instanceof SluiceError)) call.logger.debug({ error }, 'a fault of sluice');
    return outcomeOfError(verb.kind, error);
  }
}

function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void =>
      reject(new SluiceError({ code: 'INTERRUPTED', message: String(signal.reason), remedy: '', disposition: 'stop' }));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function outputOf(io: Io, flags: ReadonlyMap<string, unknown>): Output {
  return new Output(io, {
    isJson: flags.has('json'),
    isQuiet: flags.has('quiet') || flags.has('q'),
    isVerbose: flags.has('verbose') || flags.has('v'),
    isPlain: flags.has('no-color'),
  });
}

function finish(output: Output, outcome: Outcome): number {
  if (outcome.isShown !== true) output.result(outcome);
  return outcome.exit;
}
