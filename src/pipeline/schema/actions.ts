import { hasCheckpoint } from '../../check/target-table.ts';
import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import { planFiles } from '../../convert/plan-file.ts';
import { plannedSteps, remainingSteps } from '../../convert/remaining.ts';
import { isActing, phaseOf, type Step } from '../../convert/step.ts';
import { quoteTable } from '../../postgres/quote.ts';
import { scopeOf } from '../scope.ts';
import { withTarget } from '../target-session.ts';
import { compareSchema } from '../verify/compare-schema.ts';
import { finishKeys, finishLoad } from './finish-load.ts';
import type { AppliedSchema, ApplyOptions, FailedStep, SchemaActions } from './option.ts';
import { readPlan, type SchemaPlan } from './plan.ts';

/** What `sluice schema` does: the same plan, steps and proofs that a run has. */
export const SCHEMA_ACTIONS: SchemaActions = {
  plan: async (config, { signal }) => {
    const { design, inventory } = await readPlan(config, scopeOf(config), signal);
    return { files: planFiles(design, inventory), inventory };
  },
  apply: async (config, options) => {
    refuseExisting(config, 'apply');
    const plan = await readPlan(config, scopeOf(config), options.signal);
    return await applyPlan(config, plan, options);
  },
  diff: async (config, { signal }) => {
    refuseExisting(config, 'diff');
    const compared = await compareSchema(config, scopeOf(config), signal);
    const isStreaming = await withTarget(targetLogin(config), signal, (session) =>
      hasCheckpoint(session, config.pipeline),
    );
    return { ...compared, isStreaming };
  },
};

async function applyPlan(config: Config, plan: SchemaPlan, options: ApplyOptions): Promise<AppliedSchema> {
  const all = plannedSteps(plan).filter(({ kind }) => options.phase === 'all' || phaseOf(kind) === options.phase);
  const steps = remainingSteps(all, plan);
  if (options.phase === 'constraints') refuseMissing(plan);
  const counts = { made: 0, stood: all.length - steps.length };
  const failed: FailedStep[] = [];
  const tell = ({ kind, name }: Step) => {
    options.onProgress({ done: counts.made + counts.stood + failed.length, of: all.length, kind, name });
  };
  const finish = {
    target: targetLogin(config),
    signal: options.signal,
    logger: options.logger,
    onStep: (step: Step, result: 'made' | 'stood') => {
      counts[result] += 1;
      tell(step);
    },
    onFailure: (step: Step, error: SluiceError) => {
      failed.push({ kind: step.kind, table: step.target.table, name: step.name, error });
      tell(step);
    },
  };
  const whole = [
    ...(await finishLoad({ ...finish, steps: steps.filter(({ kind }) => !isActing(kind)) })),
    ...(await finishKeys({ ...finish, steps: steps.filter(({ kind }) => isActing(kind)) })),
  ].filter((error) => !failed.some((one) => one.error === error));
  if (options.signal.aborted) throw interrupted();
  const general = whole.map((error): FailedStep => ({ kind: null, table: '', name: '', error }));
  return { ...counts, failed: [...failed, ...general], inventory: plan.inventory };
}

/** TARGET_TABLES_MISSING: indexes and constraints need their tables. */
function refuseMissing({ design, standing }: SchemaPlan): void {
  const stands = new Set(standing.tables.map(({ name }) => quoteTable(name)));
  const missing = design.tables.filter(({ name }) => !stands.has(quoteTable(name)));
  if (missing.length === 0) return;
  const names = missing.slice(0, 5).map(({ name }) => `${name.schema}.${name.table}`);
  throw new SluiceError({
    code: 'TARGET_TABLES_MISSING',
    message: `the target has no ${names.join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`,
    remedy: 'Make the tables first: sluice schema apply --phase tables',
    disposition: 'stop',
  });
}

/** CONFIG_DDL_EXISTING: the application's own migrations made the schema, so there is no plan of ours for it. */
function refuseExisting({ target }: Config, verb: string): void {
  if (target.ddl !== 'existing') return;
  throw new SluiceError({
    code: 'CONFIG_DDL_EXISTING',
    message: `target.ddl is existing: sluice schema ${verb} is for a schema that sluice makes`,
    remedy: 'sluice check lists what of the existing tables does not fit; or set target.ddl to convert.',
    disposition: 'stop',
  });
}

/** INTERRUPTED: stopped by a signal; what was made stands. */
function interrupted(): SluiceError {
  return new SluiceError({
    code: 'INTERRUPTED',
    message: 'stopped before everything was made',
    remedy: 'Go on with the same command.',
    disposition: 'stop',
  });
}
