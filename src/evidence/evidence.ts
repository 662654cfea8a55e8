import type { Facts } from './facts.ts';
import { lagFacts } from './lag.ts';
import type { Evidence, EvidencePart } from './part.ts';
import { promises } from './promise.ts';

/** Takes whatever must not be seen out of a text. */
export type Hide = (text: string) => string;

/** Facts as the parts of a file, every text of them gone through `hide`. */
export function evidenceOf(facts: Facts, hide: Hide): Evidence {
  const { pipeline, madeAtMs } = facts;
  const hidden = new Hidden(hide);
  const parts = partsOf(facts).map((part) => ({ ...part, facts: hidden.of(part.facts) }));
  const kept = { name: 'promises', title: 'What was promised, in numbers', facts: promises(facts, hidden.count) };
  return {
    format: 'sluice-evidence/1',
    pipeline,
    madeAt: new Date(madeAtMs).toISOString(),
    parts: [kept, ...parts],
  };
}

function partsOf(facts: Facts): readonly EvidencePart[] {
  const { events, runs } = facts;
  const of = (kind: string) => events.filter((event) => event.kind === kind);
  const { madeBy, version, isRunning, notRead } = facts;
  return [
    { name: 'file', title: 'This file', facts: { madeBy, version, isRunning, notRead, reports: of('report') } },
    { name: 'servers', title: 'Servers', facts: facts.servers },
    { name: 'positions', title: 'Positions', facts: facts.positions },
    { name: 'tables', title: 'Tables: counts, comparison, checksums', facts: facts.tables },
    { name: 'repairs', title: 'Repairs', facts: facts.repairs },
    { name: 'compared', title: 'Compared beside the rows', facts: facts.compared },
    { name: 'quarantine', title: 'Quarantine, and what became of it', facts: facts.quarantine },
    { name: 'switches', title: 'Cutover and rollback', facts: facts.switches },
    { name: 'way-back', title: 'The way back, as the source keeps it', facts: facts.wayBack },
    { name: 'actions', title: 'What operators asked for', facts: of('action') },
    { name: 'lag', title: 'Lag and latency', facts: lagFacts(runs) },
    { name: 'runs', title: 'Runs and restarts', facts: runs.map(({ measured: _, ...run }) => run) },
    { name: 'failures', title: 'Failures', facts: of('failure') },
    { name: 'schema-changes', title: 'Schema changes followed', facts: of('schema-change') },
    { name: 'backups', title: 'Backups', facts: { here: facts.backups, taken: of('backup') } },
    { name: 'configuration', title: 'Configuration', facts: facts.configuration },
  ];
}

class Hidden {
  readonly #hide: Hide;
  count = 0;

  constructor(hide: Hide) {
    this.#hide = hide;
  }

  of(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((one) => this.of(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [this.#text(name), this.of(one)]));
  }

  #text(text: string): string {
    const clean = this.#hide(text);
    if (clean !== text) this.count += 1;
    return clean;
  }
}
