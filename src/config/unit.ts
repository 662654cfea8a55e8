/** Durations and sizes are written with a unit, always: a bare number would hide one. */
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };

export const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$';
export const SIZE_PATTERN = '^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|GiB|TiB)$';

/** Milliseconds of `250ms`, `5s`, `1.5h`; null when it is not written so. */
export function durationMs(text: string): number | null {
  return measured(text, DURATION_PATTERN, MS);
}

/** Bytes of `512B`, `64MiB`; null when it is not written so. */
export function sizeBytes(text: string): number | null {
  return measured(text, SIZE_PATTERN, BYTES);
}

function measured(text: string, pattern: string, units: Readonly<Record<string, number>>): number | null {
  const found = new RegExp(pattern).exec(text);
  const unit = found === null ? undefined : units[found.at(-1) ?? ''];
  return unit === undefined ? null : Math.round(Number.parseFloat(text) * unit);
}
