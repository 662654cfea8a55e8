import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const TICKS = 100;

/** CPU seconds of a process, with its living and its ended children. Linux only: elsewhere NaN. */
export function cpuSeconds(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN;
  const fields = statFields(pid);
  if (fields === null) return Number.NaN;
  // After the name: utime, stime, cutime, cstime are the 12th to the 15th.
  const own = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / TICKS;
  return own + childrenOf(pid).reduce((sum, child) => sum + (cpuSeconds(child) || 0), 0);
}

/** Most memory that a process ever held, in bytes. */
export function peakBytes(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '');
  return line ? Number(line[1]) * 1024 : Number.NaN;
}

function childrenOf(pid: number): number[] {
  const text = readdirSync(`/proc/${pid}/task`).map((task) => read(`/proc/${pid}/task/${task}/children`) ?? '');
  return text.join(' ').split(/\s+/).filter(Boolean).map(Number);
}

function statFields(pid: number): string[] | null {
  const text = read(`/proc/${pid}/stat`);
  // The name stands in parentheses and may hold anything.
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
