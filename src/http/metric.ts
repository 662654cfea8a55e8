import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Distribution } from '../contract/measurement.ts';
import type { PipelineStatus } from '../contract/status.ts';

type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

export interface DistributionSample extends Distribution {
  readonly labels?: Labels;
}

interface Declared {
  /** Without the prefix; its unit is the last part of it, in base units. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** One metric, read out of the status when it is asked for. No sample: nobody knows it now, so it is absent. */
export type MetricSpec = Declared &
  (
    | { readonly type: 'gauge' | 'counter'; readonly read: (status: PipelineStatus) => readonly Sample[] }
    | { readonly type: 'histogram'; readonly read: (status: PipelineStatus) => readonly DistributionSample[] }
  );

export const PREFIX = 'sluice_';

/** A registry whose every value is that of the status of now; what has no value is absent (INV-162). */
export function registryOf(specs: readonly MetricSpec[], pipeline: string, now: () => PipelineStatus | null): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ pipeline });
  for (const spec of specs) register(registry, spec, now);
  return registry;
}

function register(registry: Registry, spec: MetricSpec, now: () => PipelineStatus | null): void {
  const told = { name: `${PREFIX}${spec.name}`, help: spec.help, labelNames: [...(spec.labels ?? [])], registers: [] };
  if (spec.type === 'histogram') {
    registry.registerMetric(new StatusHistogram(told, () => readNow(spec.read, now)));
  } else if (spec.type === 'gauge') {
    const gauge = new Gauge({
      ...told,
      collect() {
        this.reset();
        if (told.labelNames.length === 0) this.remove();
        for (const { labels = {}, value } of readNow(spec.read, now)) this.set({ ...labels }, value);
      },
    });
    registry.registerMetric(gauge);
  } else {
    const counter = new Counter({
      ...told,
      collect() {
        this.reset();
        for (const { labels = {}, value } of readNow(spec.read, now)) this.inc({ ...labels }, value);
      },
    });
    registry.registerMetric(counter);
  }
}

function readNow<T>(read: (status: PipelineStatus) => readonly T[], now: () => PipelineStatus | null): readonly T[] {
  const status = now();
  return status === null ? [] : read(status);
}

interface Told {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

/** Buckets that were counted elsewhere. */
class StatusHistogram extends Histogram {
  readonly #empty: Histogram;
  readonly #name: string;
  readonly #read: () => readonly DistributionSample[];

  constructor(told: Told, read: () => readonly DistributionSample[]) {
    super(told);
    this.#empty = new Histogram(told);
    this.#name = told.name;
    this.#read = read;
  }

  override async get(): ReturnType<Histogram['get']> {
    const values = this.#read().flatMap((sample) => bucketValues(this.#name, sample));
    return { ...(await this.#empty.get()), values };
  }

  /** What a registry of prom-client 15 asks a histogram for. */
  async getForPromString(): ReturnType<Histogram['get']> {
    return await this.get();
  }
}

function bucketValues(name: string, { bounds, counts, sum, labels = {} }: DistributionSample) {
  let below = 0;
  const buckets = [...bounds, '+Inf'].map((le, at) => {
    below += counts[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { ...labels }, value: sum },
    { metricName: `${name}_count`, labels: { ...labels }, value: below },
  ];
}
