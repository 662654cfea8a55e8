import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createWhole, isAbsent, syncDirectory } from './disk.ts';
import { type SegmentStart, segmentPayload } from './epoch-frame.ts';
import { frameOf, frameType } from './frame.ts';

const suffix = '.segment';
/** Digits enough for 2^53 bytes, so that names sort as offsets. */
const digits = 16;

/** A segment is named by the log offset of its first byte, its base. */
export function segmentPath(directory: string, base: number): string {
  return join(directory, base.toString().padStart(digits, '0') + suffix);
}

/** Bases of the segments there are, ascending. */
export async function listSegments(directory: string): Promise<number[]> {
  try {
    const names = await readdir(directory);
    const segments = names.filter((name) => name.endsWith(suffix)).map((name) => Number(name.slice(0, digits)));
    return segments.sort((a, b) => a - b);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

export function segmentFrame(start: SegmentStart, logSeed: number): Buffer {
  return frameOf(segmentPayload(start), frameType.segment, { logSeed, offset: start.base });
}

/** Makes the file with its first frame, whole or not at all, in place of one of the same base that holds no epoch. */
export async function createSegment(directory: string, base: number, first: Uint8Array): Promise<FileHandle> {
  const path = segmentPath(directory, base);
  await createWhole(path, first);
  return open(path, 'r+');
}

/**
 * Cuts everything from `end` on, later segments first, so that a crash in between leaves a log without a gap. A segment
 * that begins at `end` stays: it may be the only one left to tell the state; `createSegment` takes its place.
 */
export async function cutSegments(directory: string, end: number): Promise<void> {
  const bases = await listSegments(directory);
  for (const base of bases.filter((each) => each > end).reverse()) await rm(segmentPath(directory, base));
  await syncDirectory(directory);
  const last = bases.findLast((base) => base < end);
  if (last !== undefined) await truncateSynced(segmentPath(directory, last), end - last);
}

async function truncateSynced(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function removeSegments(directory: string, bases: readonly number[]): Promise<void> {
  for (const base of bases) await rm(segmentPath(directory, base), { force: true });
  if (bases.length > 0) await syncDirectory(directory);
}
