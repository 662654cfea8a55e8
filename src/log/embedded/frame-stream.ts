import type { Appender } from './appender.ts';
import type { Block, BlockPool } from './block.ts';
import { type FrameType, frameHeaderBytes, sealFrame } from './frame.ts';

export interface StreamStart {
  readonly logSeed: number;
  /** Where the next frame goes, and the base of the segment it goes to. */
  readonly offset: number;
  readonly segment: number;
  readonly segmentBytes: number;
  /** First frame of a segment that begins at `base`. */
  readonly segmentFrame: (base: number) => Buffer;
}

/** Lays frames into blocks and blocks into segments. One frame may be open; nobody else writes meanwhile. */
export class FrameStream {
  readonly #start: StreamStart;
  readonly #pool: BlockPool;
  readonly #appender: Appender;
  #block: Block | undefined;
  #segment: number;
  #offset: number;
  /** Start of the open frame in the block; -1 when none is. */
  #openAt = -1;

  constructor(start: StreamStart, pool: BlockPool, appender: Appender) {
    this.#start = start;
    this.#segment = start.segment;
    this.#offset = start.offset;
    this.#pool = pool;
    this.#appender = appender;
  }

  /** Where the next byte goes in the log. */
  get offset(): number {
    return this.#block?.offset ?? this.#offset;
  }

  get isOpen(): boolean {
    return this.#openAt >= 0;
  }

  /** The block, when it has room for `bytes` in a frame that is open already. */
  room(bytes: number): Block | undefined {
    return this.#openAt >= 0 && this.#block?.hasRoom(bytes) ? this.#block : undefined;
  }

  /** A block with an open frame and room for `bytes` of its payload. Seals a frame that has no such room. */
  async open(bytes: number): Promise<Block> {
    if (this.#openAt >= 0) throw new Error('a frame is open');
    const block = await this.#blockFor(bytes + frameHeaderBytes);
    this.#openAt = block.position;
    block.position += frameHeaderBytes;
    return block;
  }

  seal(type: FrameType): void {
    const block = this.#block;
    if (block === undefined || this.#openAt < 0) return;
    const range = { start: this.#openAt, end: block.position };
    sealFrame(block.bytes, range, type, { logSeed: this.#start.logSeed, offset: block.base + range.start });
    block.sealed = block.position;
    this.#openAt = -1;
  }

  /** Forgets the open frame. */
  drop(): void {
    if (this.#block === undefined || this.#openAt < 0) return;
    this.#block.position = this.#openAt;
    this.#openAt = -1;
  }

  async put(type: FrameType, payload: Uint8Array): Promise<void> {
    const block = await this.open(payload.length);
    block.bytes.set(payload, block.position);
    block.position += payload.length;
    this.seal(type);
  }

  async #blockFor(bytes: number): Promise<Block> {
    const base = this.offset;
    const isNewSegment = base - this.#segment >= this.#start.segmentBytes;
    if (!isNewSegment && this.#block?.hasRoom(bytes)) return this.#block;
    if (this.#block !== undefined) {
      this.#block.isFull = true;
      this.#block = undefined;
      this.#offset = base;
      this.#appender.flush();
    }
    const first = isNewSegment ? this.#start.segmentFrame(base) : undefined;
    const block = await this.#pool.take(bytes + (first?.length ?? 0));
    if (isNewSegment) this.#segment = base;
    block.base = base;
    block.segment = this.#segment;
    if (first !== undefined) {
      block.bytes.set(first);
      block.position = block.sealed = first.length;
    }
    this.#block = block;
    this.#appender.push(block);
    return block;
  }
}
