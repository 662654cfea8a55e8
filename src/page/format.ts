const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const;

/** 80 ms, 1.2 s, 7 min, 31 h. */
export function duration(ms: number): string {
  const unit = UNITS.find(([size]) => ms >= size * 2);
  if (unit) return `${Math.floor(ms / unit[0])} ${unit[1]}`;
  if (ms >= 10_000) return `${Math.round(ms / 1000)} s`;
  return ms >= 1_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}

/** As `duration`, never finer than a tenth of a second: what moves with every look is read as noise. */
export function age(ms: number): string {
  return ms < 1_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : duration(ms);
}

export function orUnknown(ms: number | null): string {
  return ms === null ? 'not known' : duration(ms);
}

/** 12:03:04 UTC, with the day when it is not the day of `nowMs`. */
export function instant(atMs: number, nowMs: number): string {
  const [day = '', time = ''] = new Date(atMs).toISOString().split('T');
  const isToday = day === new Date(nowMs).toISOString().slice(0, 10);
  return `${isToday ? '' : `${day} `}${time.slice(0, 8)} UTC`;
}

const COUNT = new Intl.NumberFormat('en');

export function count(value: number): string {
  return COUNT.format(Math.round(value));
}

export function amount(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

export function bytes(value: number): string {
  const power = value < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(value) / 10));
  const digits = power === 0 ? 0 : 1;
  return `${(value / 1024 ** power).toFixed(digits)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power] ?? 'TiB'}`;
}
