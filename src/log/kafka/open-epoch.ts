import type { EpochFooter, EpochHeader } from '../../contract/change-log.ts';
import type { EpochRecord } from './control-record.ts';
import { RowMark, type RowOrigin } from './row-mark.ts';
import { EpochRanges, type RowOwner } from './row-set.ts';

/** An epoch that is being written, or one try at it. */
export class OpenEpoch implements RowOwner {
  readonly origin: RowOrigin;
  readonly mark: RowMark;
  readonly ranges = new EpochRanges();
  unsent = 0;
  records = 0;
  bytes = 0;

  constructor(origin: RowOrigin) {
    this.origin = origin;
    this.mark = new RowMark(origin);
  }

  after(attempt: number): OpenEpoch {
    return new OpenEpoch({ ...this.origin, attempt });
  }

  next(): OpenEpoch {
    return new OpenEpoch({ ...this.origin, epoch: this.origin.epoch + 1, attempt: 0 });
  }
}

/** An epoch whose commit was asked for. */
export interface Closing {
  readonly epoch: OpenEpoch;
  readonly footer: EpochFooter;
  readonly resolve: (header: EpochHeader) => void;
  readonly reject: (error: unknown) => void;
}

export function epochRecord({ epoch, footer }: Closing, stateAt: number): EpochRecord {
  const { origin, records, bytes, ranges } = epoch;
  return { ...footer, ...origin, kind: 'epoch', number: origin.epoch, stateAt, records, bytes, ranges: ranges.list };
}
