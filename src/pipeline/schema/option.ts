import type { Config } from '../../config/config.ts';
import type { SluiceError } from '../../contract/error.ts';
import type { Logger } from '../../contract/logger.ts';
import type { Difference } from '../../convert/difference.ts';
import type { Inventory } from '../../convert/inventory.ts';
import type { PlanFile } from '../../convert/plan-file.ts';
import type { Phase, StepKind } from '../../convert/step.ts';

/** What the command line asks of a schema; every call opens its own sessions and closes them. */
export interface SchemaActions {
  plan(config: Config, options: SchemaOptions): Promise<PlannedSchema>;
  apply(config: Config, options: ApplyOptions): Promise<AppliedSchema>;
  diff(config: Config, options: SchemaOptions): Promise<ComparedSchema>;
}

export interface SchemaOptions {
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

export interface ApplyOptions extends SchemaOptions {
  readonly phase: Phase | 'all';
  readonly onProgress: (progress: ApplyProgress) => void;
}

export interface ApplyProgress {
  readonly done: number;
  readonly of: number;
  readonly kind: StepKind;
  readonly name: string;
}

export interface PlannedSchema {
  /** In the order in which they are run. */
  readonly files: readonly PlanFile[];
  readonly inventory: Inventory;
}

export interface AppliedSchema {
  readonly made: number;
  /** Stood already. */
  readonly stood: number;
  readonly failed: readonly FailedStep[];
  readonly inventory: Inventory;
}

export interface FailedStep {
  /** null: not one step, but all of a kind. */
  readonly kind: StepKind | null;
  readonly table: string;
  readonly name: string;
  readonly error: SluiceError;
}

export interface ComparedSchema {
  readonly differences: readonly Difference[];
  /** Tables that were compared. */
  readonly tables: number;
  /** A pipeline has loaded this target: next numbers stay behind the source until the cutover sets them. */
  readonly isStreaming: boolean;
}
