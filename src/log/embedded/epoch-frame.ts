import type { EpochHeader } from '../../contract/change-log.ts';
import { type FooterText, footerFrom, footerText } from '../footer-text.ts';

/** An epoch's closing frame. It names where its records begin: frames before them, of a discarded try, belong to none. */
export interface ClosedEpoch extends EpochHeader {
  readonly recordsAt: number;
  /** All before this offset was on the disk when the frame was made: a defect there is no torn tail (INV-31). */
  readonly syncedTo: number;
  /** Schemas known when the frame was made: with fewer in the schema file, ids would be given twice (INV-35). */
  readonly schemas: number;
}

/** What the contract tells of an epoch, without what only this log needs to know. */
export function headerOf(epoch: ClosedEpoch): EpochHeader {
  const { recordsAt: _, syncedTo: __, schemas: ___, ...header } = epoch;
  return header;
}

type Written = Omit<ClosedEpoch, 'state' | 'start' | 'reached' | 'firstCommitUs' | 'lastCommitUs'> & FooterText;

function written(epoch: ClosedEpoch): Written {
  const { number, generation, offset, next, records, bytes, recordsAt, syncedTo, schemas } = epoch;
  return { ...footerText(epoch), number, generation, offset, next, records, bytes, recordsAt, syncedTo, schemas };
}

function read(text: Written): ClosedEpoch {
  return { ...text, ...footerFrom(text) };
}

/** `next` is not in the bytes: it is where the frame ends, which is known only when it is written. */
export function epochPayload(epoch: Omit<ClosedEpoch, 'next'>): Buffer {
  return Buffer.from(JSON.stringify({ ...written({ ...epoch, next: 0 }), next: undefined }));
}

export function epochFrom(payload: Buffer, next: number): ClosedEpoch {
  return read({ ...JSON.parse(payload.toString('utf8')), next });
}

/** First frame of a segment: all that stands before it in the log and still matters, so that opening reads no further. */
export interface SegmentStart {
  readonly logId: string;
  readonly base: number;
  readonly generation: number;
  readonly schemas: number;
  /** The last complete epoch before the segment. */
  readonly last: ClosedEpoch | null;
  readonly state: ReadonlyMap<string, string>;
}

export function segmentPayload(start: SegmentStart): Buffer {
  return Buffer.from(JSON.stringify({ ...start, last: start.last && written(start.last), state: [...start.state] }));
}

export function segmentFrom(payload: Buffer): SegmentStart {
  const text = JSON.parse(payload.toString('utf8'));
  return { ...text, last: text.last && read(text.last), state: new Map(text.state) };
}
