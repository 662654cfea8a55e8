import type { Config } from '../../config/config.ts';
import { diffSchema } from '../../convert/diff.ts';
import type { Difference } from '../../convert/difference.ts';
import { expectedSchema } from '../../convert/expected.ts';
import { readPlan, type SchemaPlan } from '../schema/plan.ts';
import type { Scope } from '../scope.ts';
import { expectedViews } from './expected-view.ts';

export interface SchemaComparison {
  readonly differences: readonly Difference[];
  /** Tables that were compared. */
  readonly tables: number;
}

/** The target as it stands against what it should be, both ways. */
export async function compareSchema(config: Config, scope: Scope, signal: AbortSignal): Promise<SchemaComparison> {
  return await comparePlan(config, await readPlan(config, scope, signal), signal);
}

/** The same for a plan that was read already. */
export async function comparePlan(config: Config, plan: SchemaPlan, signal: AbortSignal): Promise<SchemaComparison> {
  const expected = { ...expectedSchema(plan), views: await expectedViews(config, plan.design.views, signal) };
  return { differences: diffSchema(expected, plan.standing), tables: expected.tables.length };
}
