import type { PipelineStatus } from '../contract/status.ts';

export const RANGES = ['15m', '6h', '7d'] as const;
export type Range = (typeof RANGES)[number];

/** As `GET /api/v1/history` answers. */
export interface ChartData {
  readonly stepMs: number;
  readonly points: readonly { readonly atMs: number; readonly lagMs: number | null }[];
  readonly marks: readonly { readonly atMs: number; readonly kind: string; readonly text: string }[];
}

export async function fetchHistory(range: Range, signal: AbortSignal): Promise<ChartData> {
  const response = await fetch(`/api/v1/history?range=${range}`, { signal });
  if (!response.ok) throw new Error(`history: ${response.status}`);
  const data: ChartData = await response.json();
  return data;
}

/** With the point of now at its end, so that the chart is as live as the rest. */
export function withNow(data: ChartData, { asOfMs, lagMs }: PipelineStatus): ChartData {
  const last = data.points.at(-1)?.atMs ?? 0;
  return asOfMs <= last ? data : { ...data, points: [...data.points, { atMs: asOfMs, lagMs }] };
}
