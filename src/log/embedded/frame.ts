import { crc32 } from 'node:zlib';

/**
 * A segment is a run of frames: crc u32, payload length u32, type u8, payload (little endian). The checksum covers all
 * that follows it and starts from a seed made of the log's identity and the frame's own offset: bytes of another log,
 * of a stale disk block or of a row that happens to hold a frame never verify.
 */
export const frameHeaderBytes = 9;

export const frameType = { segment: 1, records: 2, epoch: 3, closed: 4, schema: 5 } as const;
export type FrameType = (typeof frameType)[keyof typeof frameType];

export interface FrameHeader {
  readonly crc: number;
  readonly type: number;
  /** Length of the whole frame. */
  readonly bytes: number;
}

const scratch = Buffer.alloc(8);

function seedAt(logSeed: number, offset: number): number {
  scratch.writeDoubleLE(offset);
  return crc32(scratch, logSeed);
}

export function logSeedOf(logId: string): number {
  return crc32(logId);
}

export function readHeader(bytes: Buffer, at: number): FrameHeader {
  return {
    crc: bytes.readUInt32LE(at),
    bytes: bytes.readUInt32LE(at + 4) + frameHeaderBytes,
    type: bytes[at + 8] as number,
  };
}

/** Fills in the header of the frame whose payload already stands in `bytes[start + frameHeaderBytes, end)`. */
export function sealFrame(bytes: Buffer, range: FrameRange, type: FrameType, seed: FrameSeed): void {
  const { start, end } = range;
  bytes.writeUInt32LE(end - start - frameHeaderBytes, start + 4);
  bytes[start + 8] = type;
  bytes.writeUInt32LE(crc32(bytes.subarray(start + 4, end), seedAt(seed.logSeed, seed.offset)), start);
}

export interface FrameRange {
  readonly start: number;
  readonly end: number;
}

export interface FrameSeed {
  readonly logSeed: number;
  /** Where the frame stands in the log. */
  readonly offset: number;
}

export function isSound(bytes: Buffer, range: FrameRange, seed: FrameSeed): boolean {
  const { start, end } = range;
  const crc = crc32(bytes.subarray(start + 4, end), seedAt(seed.logSeed, seed.offset));
  return crc === bytes.readUInt32LE(start);
}

/** A whole frame of its own, for the few that are not built in place. */
export function frameOf(payload: Uint8Array, type: FrameType, seed: FrameSeed): Buffer {
  const bytes = Buffer.allocUnsafe(frameHeaderBytes + payload.length);
  bytes.set(payload, frameHeaderBytes);
  sealFrame(bytes, { start: 0, end: bytes.length }, type, seed);
  return bytes;
}
