import { loadavg } from 'node:os';

/** One thing measured. */
export interface Figure {
  readonly name: string;
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** CPU of our process, microseconds a row; null where it cannot be told apart. */
  readonly cpuUsPerRow: number | null;
  /** CPU seconds of the servers over the same time. */
  readonly sourceCpuSeconds?: number;
  readonly targetCpuSeconds?: number;
  readonly kafkaCpuSeconds?: number;
  readonly peakMiB?: number;
  /** Load of the machine over the last minute, at the end: above its cores the figure is of a busy machine. */
  readonly load: number;
  readonly detail?: string;
}

export function figure(name: string, rows: number, seconds: number, rest: Partial<Figure> = {}): Figure {
  return { name, rows, seconds, rowsPerSecond: rows / seconds, cpuUsPerRow: null, load: loadavg()[0] ?? 0, ...rest };
}

/** A line for people. */
export function printed(it: Figure): string {
  const cpu = (label: string, seconds: number | undefined) =>
    seconds === undefined ? '' : `  ${label} ${seconds.toFixed(1)} s`;
  return [
    it.name.padEnd(54),
    `${Math.round(it.rowsPerSecond).toLocaleString('en').padStart(9)} rows/s`,
    `${it.seconds.toFixed(2).padStart(8)} s`,
    it.cpuUsPerRow === null ? ' '.repeat(14) : `${it.cpuUsPerRow.toFixed(1).padStart(8)} us CPU`,
    it.peakMiB === undefined ? '' : `  peak ${Math.round(it.peakMiB)} MiB`,
    cpu('source', it.sourceCpuSeconds),
    cpu('target', it.targetCpuSeconds),
    cpu('kafka', it.kafkaCpuSeconds),
    `  load ${it.load.toFixed(1)}`,
    it.detail === undefined ? '' : `  ${it.detail}`,
  ].join('');
}
