import type { Config } from '../config/config.ts';
import type { PipelineActions } from '../contract/action.ts';
import { type EndingAsked, type EndingRequest, endingRefused } from '../contract/ending.ts';
import type { Outcome } from './outcome.ts';
import type { Call } from './verb.ts';
import { removed, sealedBefore } from './verb-ending.ts';

/**
 * `sluice complete` as HTTP asks a running process for it: looked at and sealed while the pipeline runs, and done by the
 * same process once that has ended.
 */
export class EndingOverHttp {
  readonly #call: Call;
  readonly #config: Config;
  #asked: { readonly request: EndingRequest; readonly sealed: string | null } | null = null;

  constructor(call: Call, config: Config) {
    this.#call = call;
    this.#config = config;
  }

  /** What a process can do, with this: where it can be ended, and does not only capture. */
  beside(actions: PipelineActions): PipelineActions {
    const { end, cutover } = actions;
    const { ending } = this.#call.ports;
    if (end === undefined || cutover === undefined || ending === undefined) return actions;
    const asked: EndingAsked = {
      plan: (request) => ending.plan(this.#config, this.#redacted(request)),
      run: (request) => this.#begin(this.#redacted(request), { end, plan: ending.plan }),
    };
    return { ...actions, ending: asked };
  }

  /** null: nobody has asked. `release`: gives up the control socket, which whoever removes takes himself. */
  async finish(release: () => Promise<void>): Promise<Outcome | null> {
    if (this.#asked === null) return null;
    await release();
    return await removed(this.#call, this.#config, this.#asked);
  }

  async #begin(
    request: EndingRequest,
    { end, plan: planOf }: { readonly end: () => Promise<void>; readonly plan: EndingPlanOf },
  ) {
    const plan = await planOf(this.#config, request);
    if (plan.refusals.length > 0) throw endingRefused(plan.refusals);
    const sealed = await sealedBefore(this.#call, this.#config, { plan, by: request.by });
    this.#asked = { request, sealed };
    await end();
    return { plan, sealed };
  }

  #redacted(request: EndingRequest): EndingRequest {
    return { ...request, by: this.#call.output.scrubber.text(request.by) };
  }
}

type EndingPlanOf = NonNullable<Call['ports']['ending']>['plan'];
