import { once } from 'node:events';
import type { Config } from '../config/config.ts';
import type { StartVerb } from '../contract/start.ts';
import { type Outcome, outcomeOfError } from './outcome.ts';
import { StartTeller } from './start-teller.ts';
import { usageError } from './usage-error.ts';
import type { Call, Flag } from './verb.ts';

export const PAGE_FLAG: Flag = {
  name: 'page',
  type: 'switch',
  help: 'Show it on the page at http.listen as well, and keep the page there until interrupted.',
};

/** Who nobody follows. */
const SILENT: Pick<StartTeller, 'step' | 'found'> = { step: () => {}, found: () => {} };
export type Told = typeof SILENT;

/**
 * The work of a verb, told on the page at `http.listen` where `--page` asks for it; its outcome stays there until the
 * signal, shown before it. Fails with USAGE_NO_PAGE where `http.listen` is off.
 */
export async function onStartPage(
  call: Call,
  { config, verb, kind }: { readonly config: Config; readonly verb: StartVerb; readonly kind: string },
  work: (told: Told) => Promise<Outcome>,
): Promise<Outcome> {
  if (!call.flags.has('page')) return await work(SILENT);
  const { http, pipeline } = config;
  if (http.listen === null)
    throw usageError('USAGE_NO_PAGE', 'http.listen is off', 'Give --http-listen 127.0.0.1:8090');
  const { HttpServer } = await import('../http/server.ts');
  const server = await HttpServer.open({ ...http, listen: http.listen, pipeline, logger: call.logger });
  try {
    const { scrubber } = call.output;
    const teller = new StartTeller({ pipeline, verb, scrubber, publish: (start) => server.publishStart(start) });
    await server.tried();
    if (server.url !== null) call.output.say(`page: ${server.url}`);
    const outcome = await work(teller).catch((error: unknown) => outcomeOfError(kind, error));
    teller.end(outcome);
    if (call.signal.aborted) return outcome;
    // Where the address is taken, as by a running pipeline, there is no page that could stay.
    if (server.url === null) return outcome;
    call.output.result(outcome);
    call.output.say('the page stays until it is interrupted (Ctrl-C)');
    await once(call.signal, 'abort');
    return { ...outcome, isShown: true };
  } finally {
    await server.close();
  }
}
