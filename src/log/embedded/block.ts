/** Bytes on their way to the disk: frames one after another, encoded in place. */
export class Block {
  readonly bytes: Buffer;
  /** Log offset of the first byte. */
  base = 0;
  /** Base of the segment it belongs to. */
  segment = 0;
  /** Where the next byte goes; bytes from `sealed` on belong to a frame still open. */
  position = 0;
  sealed = 0;
  written = 0;
  /** Nothing is added any more. */
  isFull = false;

  constructor(capacityBytes: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacityBytes);
  }

  get offset(): number {
    return this.base + this.position;
  }

  hasRoom(bytes: number): boolean {
    return this.position + bytes <= this.bytes.length;
  }
}

/** A few blocks used in turn: who wants one while all are on their way to the disk waits. That is the back-pressure. */
export class BlockPool {
  readonly #blockBytes: number;
  readonly #free: Block[] = [];
  #lent = 0;
  readonly #limit: number;
  #waiting: (() => void)[] = [];

  constructor(blockBytes: number, limit: number) {
    this.#blockBytes = blockBytes;
    this.#limit = limit;
  }

  /** An empty block with room for `bytes`, larger than the others if it must be. */
  async take(bytes: number): Promise<Block> {
    while (this.#lent >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lent++;
    if (bytes > this.#blockBytes) return new Block(bytes);
    const block = this.#free.pop() ?? new Block(this.#blockBytes);
    block.position = block.sealed = block.written = 0;
    block.isFull = false;
    return block;
  }

  give(block: Block): void {
    this.#lent--;
    if (block.bytes.length === this.#blockBytes) this.#free.push(block);
    this.#waiting.shift()?.();
  }

  /** Lets everyone through, for a writer that has failed. */
  open(): void {
    this.#lent = Number.NEGATIVE_INFINITY;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
