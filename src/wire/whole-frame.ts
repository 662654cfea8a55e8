/** Takes bytes from a frame's beginning on; returns where the first frame begins that is not whole yet. */
export type WalkFrames = (bytes: Buffer) => number;

/** Puts frames together that come in pieces as a socket gives them; whole ones are walked where they lie. Keeps copies alone. */
export class WholeFrames {
  readonly #walk: WalkFrames;
  readonly #headBytes: number;
  readonly #frameEnd: (bytes: Buffer, at: number) => number;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  /** Bytes that the parts must be before they are looked at again: a head, then the whole frame. */
  #wantedBytes = 0;

  /** `frameEnd` finds the end of a frame of which at least `headBytes` are there. */
  constructor(headBytes: number, frameEnd: (bytes: Buffer, at: number) => number, walk: WalkFrames) {
    this.#headBytes = headBytes;
    this.#frameEnd = frameEnd;
    this.#walk = walk;
  }

  add(bytes: Buffer): void {
    const from = this.#completed(bytes);
    if (from < bytes.length) this.#walked(from === 0 ? bytes : bytes.subarray(from));
  }

  /** Puts a frame together that began in bytes before; returns how many of these belonged to it. */
  #completed(bytes: Buffer): number {
    let from = 0;
    while (this.#parts.length > 0 && from < bytes.length) {
      const part = Buffer.from(bytes.subarray(from, from + this.#wantedBytes - this.#partsBytes));
      from += part.length;
      this.#parts.push(part);
      this.#partsBytes += part.length;
      if (this.#partsBytes === this.#wantedBytes) this.#walked(Buffer.concat(this.#parts.splice(0)));
    }
    return from;
  }

  #walked(bytes: Buffer): void {
    const at = this.#walk(bytes);
    if (at >= bytes.length) return;
    const rest = Buffer.from(bytes.subarray(at));
    this.#parts = [rest];
    this.#partsBytes = rest.length;
    this.#wantedBytes = rest.length < this.#headBytes ? this.#headBytes : this.#frameEnd(rest, 0);
  }
}
