import type { Assessment } from '../../assess/report.ts';
import type { ScanCost } from '../../assess/scan-cost.ts';
import type { Config } from '../../config/config.ts';
import type { LoadLimits } from '../../mysql/source-load.ts';
import type { ThrottleLimits } from '../../mysql/throttle.ts';

/** What the command line asks of `assess`; it opens its own session on the source and changes nothing. */
export type Assess = (config: Config, options: AssessOptions) => Promise<Assessment>;

export interface AssessOptions {
  /** `catalogue`: no row is read. */
  readonly depth: 'catalogue' | 'sample' | 'whole';
  readonly sampleRows: number;
  readonly throttle: ThrottleLimits;
  readonly load: LoadLimits;
  /** Examples show values beside keys. */
  readonly showsValues: boolean;
  readonly signal: AbortSignal;
  readonly onCost: (cost: ScanCost) => void;
  readonly onStep: (step: string) => void;
}
