import { useEffect, useRef, useState } from 'preact/hooks';
import type { PipelineStatus } from '../contract/status.ts';
import { drawChart } from './chart.ts';
import { duration, instant } from './format.ts';
import { type ChartData, fetchHistory, RANGES, type Range, withNow } from './history.ts';

const NAMES: Readonly<Record<Range, string>> = { '15m': '15 minutes', '6h': '6 hours', '7d': '7 days' };
/** Marks told in words. */
const TOLD = 8;

/** Lag over time, with what happened; the numbers also in words, for who does not see the picture. */
export function LagChart({ status }: { readonly status: PipelineStatus }) {
  const [range, setRange] = useState<Range>('15m');
  const data = withNow(useHistory(range, status), status);
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof drawChart> | null>(null);
  useEffect(() => {
    if (box.current === null) return undefined;
    const drawn = drawChart(box.current);
    chart.current = drawn;
    return () => drawn.close();
  }, []);
  useEffect(() => chart.current?.show(data));
  return (
    <section>
      <h2>Lag</h2>
      <fieldset class="ranges">
        <legend class="hidden">Time shown</legend>
        {RANGES.map((one) => (
          <label key={one}>
            <input type="radio" name="range" checked={one === range} onChange={() => setRange(one)} /> {NAMES[one]}
          </label>
        ))}
      </fieldset>
      <div class="chart" role="img" aria-label={inWords(data, range)} ref={box} />
      <Marks data={data} nowMs={status.asOfMs} />
    </section>
  );
}

function Marks({ data, nowMs }: { readonly data: ChartData; readonly nowMs: number }) {
  const newest = data.marks.slice(-TOLD).reverse();
  if (newest.length === 0) return null;
  return (
    <ul class="marks" aria-label="What happened">
      {newest.map(({ atMs, kind, text }) => (
        <li key={`${atMs} ${text}`} class={`mark ${kind}`}>
          <time dateTime={new Date(atMs).toISOString()}>{instant(atMs, nowMs)}</time> {text}
        </li>
      ))}
    </ul>
  );
}

/** The whole when the range changes, the stream is long, or another process answers; between those the status tells. */
function useHistory(range: Range, { startedAtMs, asOfMs }: PipelineStatus): ChartData {
  const [data, setData] = useState<ChartData>({ stepMs: 1_000, points: [], marks: [] });
  const minute = Math.floor(asOfMs / 15_000);
  useEffect(() => {
    const end = new AbortController();
    fetchHistory(range, end.signal).then(
      (fresh) => setData(fresh),
      () => undefined,
    );
    return () => end.abort();
  }, [range, startedAtMs, minute]);
  return data;
}

function inWords({ points }: ChartData, range: Range): string {
  const known = points.flatMap(({ lagMs }) => lagMs ?? []);
  const last = points.at(-1)?.lagMs ?? null;
  if (known.length === 0) return `Lag in the last ${NAMES[range]}: not known yet.`;
  const now = last === null ? 'not known' : duration(last);
  return `Lag in the last ${NAMES[range]}: now ${now}, at most ${duration(Math.max(...known))}.`;
}
