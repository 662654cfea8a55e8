/** A repeatable stream of numbers: the same seed gives the same numbers on every machine. Not for secrets. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Starts the stream anew, so that one object serves every row of a table. */
  reseed(seed: number): void {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to 2^32 - 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return mix(this.#state);
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor((this.next() / 4294967296) * limit);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True once in `times` on average. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  /** `count` random bytes as hexadecimal digits, `count` a multiple of 4. */
  hex(count: number): string {
    let digits = '';
    for (let i = 0; i < count; i += 4) digits += hex32(this.next());
    return digits;
  }
}

/** Eight hexadecimal digits of a 32-bit number. */
export function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}

/** One to one on 32 bits: different numbers stay different, so a mixed index can serve as a unique value. */
export function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The seed of a named stream under `seed`. */
export function streamSeed(seed: number, name: string): number {
  let hash = mix(seed ^ 0x5eed);
  for (let i = 0; i < name.length; i++) hash = mix(hash ^ name.charCodeAt(i));
  return hash;
}

/** The seed of the row (or the step) `index` in a stream. */
export function indexSeed(stream: number, index: number): number {
  return mix(stream ^ Math.imul(index + 1, 0x9e3779b1));
}
