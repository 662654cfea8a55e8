import uPlot from 'uplot';
import { duration } from './format.ts';
import type { ChartData } from './history.ts';

const HEIGHT = 220;

export interface DrawnChart {
  show(data: ChartData): void;
  close(): void;
}

/** Seconds of lag over UTC time, in the colours of the page, as wide as its place. */
export function drawChart(box: HTMLElement): DrawnChart {
  const seen: { data: ChartData } = { data: { stepMs: 1_000, points: [], marks: [] } };
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let plot = make(box, seen);
  const resize = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: HEIGHT }));
  resize.observe(box);
  const onTheme = () => {
    plot.destroy();
    plot = make(box, seen);
    show(seen.data);
  };
  dark.addEventListener('change', onTheme);
  const show = (data: ChartData) => {
    seen.data = data;
    plot.setData([data.points.map(({ atMs }) => atMs / 1000), data.points.map(({ lagMs }) => seconds(lagMs))]);
  };
  const close = () => {
    resize.disconnect();
    dark.removeEventListener('change', onTheme);
    plot.destroy();
  };
  return { show, close };
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function make(box: HTMLElement, seen: { readonly data: ChartData }): uPlot {
  const colour = (name: string) => getComputedStyle(box).getPropertyValue(name).trim();
  const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const options: uPlot.Options = {
    width: box.clientWidth || 600,
    height: HEIGHT,
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), 'UTC'),
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(most ?? 0, 1) * 1.1] } },
    axes: [
      { ...axis, values: TIMES },
      {
        ...axis,
        size: 70,
        label: 'lag',
        labelSize: 16,
        values: (_plot, values) => values.map((s) => duration(s * 1000)),
      },
    ],
    series: [
      {},
      { stroke: colour('--accent'), fill: colour('--fill'), width: 2, spanGaps: false, points: { show: false } },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, seen.data, colour)] },
  };
  return new uPlot(options, [[], []], box);
}

/** 24 hours, and the day where it begins. */
const TIMES: uPlot.Axis.Values = [
  [86_400, '{YYYY}-{MM}-{DD}', null, null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, null, null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', null, null, null, null, null, 1],
];

function drawMarks(plot: uPlot, { marks }: ChartData, colour: (name: string) => string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = 2;
  for (const { atMs, kind } of marks) {
    const x = Math.round(plot.valToPos(atMs / 1000, 'x', true));
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
    ctx.strokeStyle = colour(`--mark-${kind}`);
    ctx.setLineDash(kind === 'ddl' ? [2, 4] : [8, 4]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
