import { SluiceError } from '../contract/error.ts';
import type { PipelineStatus } from '../contract/status.ts';
import { askStatus, watchStatus } from '../control/client.ts';
import { EXIT } from './exit.ts';
import { requireConfig } from './load-file.ts';
import type { Outcome } from './outcome.ts';
import { statusText, type TextSpace } from './status-text.ts';
import { type Call, signalOf, type Verb } from './verb.ts';

export const STATUS_VERB: Verb = {
  name: 'status',
  kind: 'Status',
  summary: 'Shows where everything stands: stages, lag, backlog, tables, quarantine, retention, last errors.',
  flags: [{ name: 'watch', short: 'w', type: 'switch', help: 'Go on showing it until interrupted.' }],
  takesConfig: true,
  examples: [
    ['sluice status', 'once'],
    ['sluice status --watch', 'live'],
    ['sluice status --json | jq .data.lagMs', 'one number of it'],
  ],
  exits: [EXIT.done, EXIT.usage, EXIT.unreachable, EXIT.interrupted],
  isGraceful: true,
  run: (call) => (call.flags.has('watch') ? watch(call) : once(call)),
};

async function once(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  return outcome(await askStatus(config.control.socket), call);
}

/** Ends with the pipeline or with a signal; what was seen last is not printed twice. */
async function watch(call: Call): Promise<Outcome> {
  const config = requireConfig(call);
  const isScreen = call.io.stdout.isTerminal && !call.output.options.isJson;
  for await (const status of watchStatus(config.control.socket, call.signal)) {
    const seen = outcome(status, call, isScreen ? { rows: call.io.stdout.rows } : {});
    if (isScreen) call.output.screen(seen.text);
    else call.output.result(seen);
  }
  if (signalOf(call.signal) !== null) {
    throw new SluiceError({ code: 'INTERRUPTED', message: 'status --watch', remedy: '', disposition: 'stop' });
  }
  throw new SluiceError({
    code: 'CONTROL_UNREACHABLE',
    message: `the process behind ${config.control.socket} has ended`,
    remedy: 'Start it again with: sluice run',
    disposition: 'stop',
  });
}

function outcome(status: PipelineStatus, call: Call, space: TextSpace = {}): Outcome {
  const { isTerminal, columns } = call.io.stdout;
  const text = statusText(status, Date.now(), call.output.paint, isTerminal ? { ...space, columns } : space);
  return { kind: 'Status', exit: EXIT.done, data: status, text };
}
