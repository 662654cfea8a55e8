import type { Config } from '../../config/config.ts';
import { targetLogin } from '../../config/login.ts';
import { SluiceError } from '../../contract/error.ts';
import type { Inventory } from '../../convert/inventory.ts';
import type { ScannedFacts } from '../../convert/scan.ts';
import type { MysqlConnection } from '../../mysql/connection.ts';
import type { SourceSchema } from '../../mysql/source-schema.ts';
import { inventoryOf, provenSchema, unprovenInventory } from '../schema/plan.ts';
import type { Scope } from '../scope.ts';
import { withTarget } from '../target-session.ts';

export interface Planning {
  readonly schema: SourceSchema;
  readonly facts: ScannedFacts;
  readonly source: MysqlConnection;
  readonly config: Config;
  readonly scope: Scope;
  /** What could not be done, for people. */
  readonly notes: string[];
}

export interface Planned {
  readonly inventory: Inventory;
  readonly isProven: boolean;
}

/** What becomes of every object: proved by the target where that can be reached, else by the converter alone. */
export async function plannedInventory(planning: Planning, signal: AbortSignal): Promise<Planned> {
  const { schema, facts, source, config, scope, notes } = planning;
  if (config.target.ddl === 'existing') {
    notes.push(
      'target.ddl is existing: objects are told as if sluice made the schema; sluice check compares the one that stands',
    );
  }
  try {
    return await withTarget(targetLogin(config), signal, async (target) => {
      const { design } = await provenSchema(schema, facts, { source, target }, scope);
      return { inventory: inventoryOf(design), isProven: true };
    });
  } catch (error) {
    if (!(error instanceof SluiceError) || signal.aborted) throw error;
    notes.push(
      `the target was not asked (${error.code}): what it would refuse is not known, and no extension of it is counted on`,
    );
    return { inventory: unprovenInventory(schema, facts, source, scope), isProven: false };
  }
}
