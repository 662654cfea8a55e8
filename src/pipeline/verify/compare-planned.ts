import { setTimeout as sleep } from 'node:timers/promises';
import type { ValuePolicy } from '../../column/codec.ts';
import type { Config } from '../../config/config.ts';
import type { ComparedObject } from '../../contract/compared-object.ts';
import { type Difference, differenceText } from '../../convert/difference.ts';
import { binlogEnd } from '../../mysql/binlog-end.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import { readObjects } from '../../mysql/schema-object.ts';
import { tableKey } from '../../mysql/table-key.ts';
import { coordinateOf, hasReached } from '../../position/position.ts';
import type { PostgresSession } from '../../postgres/connection.ts';
import { readCheckpoint } from '../../sink/checkpoint.ts';
import { compareDrift, type DriftedObject } from '../../verify/also/schema-drift.ts';
import { compareView, notCompared } from '../../verify/also/view-result.ts';
import type { SchemaPlan } from '../schema/plan.ts';
import { comparePlan } from './compare-schema.ts';
import { maskedBeneath } from './masked-view.ts';

export interface Planned {
  readonly config: Config;
  /** null: the application's own migrations made the target's schema. */
  readonly plan: SchemaPlan | null;
  readonly source: MysqlConnection;
  readonly target: PostgresSession;
  readonly isStill: boolean;
  /** As `maskedColumns` gives them. */
  readonly masked: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** What only a plan of the target can tell: whether the schema is as planned, and whether its views give what they should. */
export async function comparePlanned(planned: Planned): Promise<readonly ComparedObject[]> {
  const { config, plan, signal, isStill } = planned;
  if (plan === null) return [existing()];
  const { differences, tables } = await comparePlan(config, plan, signal);
  // The next number of an identity is compared as a sequence, with the rows that stand.
  const drifted = differences.filter(({ object }) => object !== 'position').map(driftedObject);
  return [...compareDrift(drifted, { planned: tables, isMoving: !isStill }), ...(await views(planned, plan))];
}

function existing(): ComparedObject {
  const reason = "the application's own migrations made the schema: its tool compares it";
  return { name: 'schema', object: 'all', state: 'not-compared', source: null, target: null, reason, cure: null };
}

function driftedObject(one: Difference): DriftedObject {
  const { schema, relation, name, kind, expected, standing } = one;
  const object = name === null ? `${schema}.${relation}` : `${schema}.${relation}.${name}`;
  return { object, kind, expected, standing, text: differenceText(one) };
}

/** A view mixes columns of many tables: zero dates count as NULL, as they are without a rule. */
const VIEW_POLICY: ValuePolicy = { nul: 'refuse', zeroDate: 'null' };

async function views(
  { config, source, target, isStill, masked }: Planned,
  plan: SchemaPlan,
): Promise<ComparedObject[]> {
  const left = plan.inventory.entries
    .filter(({ kind, outcome }) => kind === 'view' && (outcome === 'left-out' || outcome === 'excluded'))
    .map(({ database, name, reason }) => notCompared(`${database}.${name}`, `not converted: ${reason}`));
  const objects = await readObjects(source, config.source.databases);
  const found = new Map(objects.views.map((view) => [tableKey(view.database, view.name), view]));
  const compared: ComparedObject[] = [];
  for (const { name, entry } of plan.design.views) {
    const view = found.get(tableKey(entry.database, entry.name));
    if (view === undefined) continue;
    const column = await maskedBeneath(target, name, masked);
    if (column !== null) {
      compared.push(notCompared(`${name.schema}.${name.table}`, `it reads ${column}, which is masked`));
      continue;
    }
    const moving = isStill ? null : { untilApplied: () => untilApplied(config, source, target) };
    compared.push(await compareView(source, target, { view, target: name, policy: VIEW_POLICY }, moving));
  }
  return [...compared, ...left];
}

const LONGEST_WAIT_MS = 5_000;
const POLL_MS = 100;

/** Whether the target comes, soon, to where the source's log ends now. */
async function untilApplied(config: Config, source: MysqlConnection, target: PostgresSession): Promise<boolean> {
  const key = { pipeline: config.pipeline, lane: 'main' };
  const end = await binlogEnd(source);
  const limit = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const position = (await readCheckpoint(target, key))?.position;
    if (position === undefined || coordinateOf(position).serverId !== end.serverId) return false;
    if (hasReached(position, end)) return true;
    if (performance.now() > limit) return false;
    await sleep(POLL_MS);
  }
}
