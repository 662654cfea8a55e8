import type { StandingSchema } from '../postgres/standing-schema.ts';
import { diffSchema } from './diff.ts';
import type { DifferentObject } from './difference.ts';
import { expectedSchema } from './expected.ts';
import type { Proof } from './prove.ts';
import { phaseOf, type Step, type StepKind, stepsOf, typeChecks } from './step.ts';

/** Kinds that would be made anew each time, and the objects that a difference is about when they do not stand. */
const ASKED: Readonly<Partial<Record<StepKind, readonly DifferentObject[]>>> = {
  comment: ['comment'],
  trigger: ['trigger'],
  identity: ['position', 'identity'],
  position: ['sequence'],
};

/** All steps of a plan, and the CHECKs that come with a table's types where the table stands without them. */
export function plannedSteps(plan: Proof & { readonly standing: StandingSchema }): readonly Step[] {
  const steps = stepsOf(plan.design);
  const owed = typeChecks(plan.design);
  if (owed.length === 0) return steps;
  const missing = diffSchema(expectedSchema(plan), plan.standing).filter(
    ({ object, kind }) => object === 'check' && kind === 'missing',
  );
  const checks = owed.filter(({ target, name }) =>
    missing.some((one) => one.schema === target.schema && one.relation === target.table && one.name === name),
  );
  const isBefore = ({ kind }: Step): boolean => phaseOf(kind) === 'tables' || kind === 'index' || kind === 'check';
  return [...steps.filter(isBefore), ...checks, ...steps.filter((one) => !isBefore(one))];
}

/** Steps of a plan that have work left, as far as the standing schema tells without asking each by itself. */
export function remainingSteps(
  steps: readonly Step[],
  plan: Proof & { readonly standing: StandingSchema },
): readonly Step[] {
  const differences = diffSchema(expectedSchema(plan), plan.standing);
  const stands = new Set(plan.standing.tables.map(({ name }) => JSON.stringify(name)));
  const sequences = new Set(plan.standing.sequences.map(({ name }) => JSON.stringify(name)));
  return steps.filter(({ kind, target, name }) => {
    const objects = ASKED[kind];
    const found = kind === 'position' ? sequences : stands;
    if (objects === undefined || !found.has(JSON.stringify(target))) return true;
    const isOwn = (one: string | null) => kind === 'trigger' || kind === 'position' || (one ?? '') === name;
    return differences.some(
      (one) =>
        objects.includes(one.object) &&
        one.schema === target.schema &&
        one.relation === target.table &&
        isOwn(one.name),
    );
  });
}
