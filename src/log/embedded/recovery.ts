import { StateMap } from '../state-map.ts';
import { type ClosedEpoch, epochFrom, type SegmentStart, segmentFrom } from './epoch-frame.ts';
import { frameHeaderBytes, frameType, isSound, readHeader } from './frame.ts';
import { corrupt, type Frame, type Segment, SegmentReader } from './segment-reader.ts';

/** What the last segment tells of the whole log. */
export interface Recovered {
  readonly generation: number;
  readonly schemas: number;
  readonly last: ClosedEpoch | null;
  readonly state: ReadonlyMap<string, string>;
}

export const emptyLog: Recovered = { generation: 0, schemas: 0, last: null, state: new Map() };

/** A frame that tells how far the log was on the disk when it was made. */
function syncedToOf(frame: Frame): number {
  const payload = frame.bytes.toString('utf8', frame.start, frame.end);
  return JSON.parse(payload).syncedTo;
}

/**
 * Walks the last segment, every checksum looked at. Ends at the last complete epoch: what follows is a torn tail if
 * nothing proves that it once was on the disk, and LOG_CORRUPT if something does (INV-31).
 */
export async function recover(segment: Segment): Promise<Recovered> {
  const reader = new SegmentReader(segment);
  try {
    const limit = await reader.endOffset();
    const first = await reader.soundFrame(segment.base, limit);
    const start = segmentFrom(first.bytes.subarray(first.start, first.end));
    const walked = await walk(reader, { start, from: first.next, limit });
    await reader.sync();
    return walked;
  } finally {
    await reader.close();
  }
}

interface Walk {
  readonly start: SegmentStart;
  readonly from: number;
  readonly limit: number;
}

async function walk(reader: SegmentReader, { start, from, limit }: Walk): Promise<Recovered> {
  let { last } = start;
  const state = new StateMap(start.state);
  let offset = from;
  while (offset < limit) {
    const frame = await reader.frame(offset, limit);
    if (frame === undefined) {
      await assertTorn(reader, offset, limit);
      break;
    }
    if (frame.type === frameType.epoch) {
      last = epochFrom(frame.bytes.subarray(frame.start, frame.end), frame.next);
      state.apply(last.state);
    }
    offset = frame.next;
  }
  return { generation: start.generation, schemas: last?.schemas ?? start.schemas, last, state: state.now };
}

/** Looks behind the broken frame at `offset` for one that says: this was on the disk. */
async function assertTorn(reader: SegmentReader, offset: number, limit: number): Promise<void> {
  const bytes = await reader.rest(offset, limit);
  for (let at = 1; at + frameHeaderBytes + 2 <= bytes.length; at++) {
    const frame = witnessAt(bytes, at, offset + at, reader.segment.logSeed);
    if (frame !== undefined && syncedToOf(frame) > offset) throw corrupt(reader.segment, offset);
  }
}

/** The sound closing frame at `at`, if there is one. Its payload is JSON: two bytes tell most others apart. */
function witnessAt(bytes: Buffer, at: number, offset: number, logSeed: number): Frame | undefined {
  const type = bytes[at + 8] as number;
  if (type !== frameType.epoch && type !== frameType.closed) return undefined;
  if (bytes[at + frameHeaderBytes] !== 0x7b || bytes[at + frameHeaderBytes + 1] !== 0x22) return undefined;
  const end = at + readHeader(bytes, at).bytes;
  if (end > bytes.length || !isSound(bytes, { start: at, end }, { logSeed, offset })) return undefined;
  return { type, offset, next: offset + end - at, bytes, start: at + frameHeaderBytes, end };
}
