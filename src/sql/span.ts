/** A piece of the source text: UTF-16 offsets, `end` behind the last unit, so that `text.slice(start, end)` is it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
