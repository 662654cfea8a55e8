import type { Config } from '../../config/config.ts';
import { describeHost } from '../../config/database-url.ts';
import type { PipelineStatus } from '../../contract/status.ts';
import type { Facts, PositionFacts, ServerFacts } from '../../evidence/facts.ts';
import type { Told } from './told.ts';

export interface Asked {
  readonly status: PipelineStatus | null;
  readonly told: Told;
  /** As the source says it now; null: it did not answer. */
  readonly source: { readonly kind: string; readonly version: string } | null;
}

/** Who did not answer now is told as the last run knew it. */
export function serverFacts({ source, target }: Config, asked: Asked): readonly ServerFacts[] {
  const nowMs = Date.now();
  const { told } = asked;
  const [knownSource, knownTarget] = [knownOf(asked, 'source'), knownOf(asked, 'target')];
  const there = { side: 'source', address: `${describeHost(source.url)}` } as const;
  const here = { side: 'target', address: `${describeHost(target.url)}/${target.url.database}` } as const;
  return [
    asked.source === null ? { ...there, ...knownSource } : { ...there, ...asked.source, askedAtMs: nowMs },
    told.targetVersion === null
      ? { ...here, ...knownTarget }
      : { ...here, kind: 'postgresql', version: told.targetVersion, askedAtMs: nowMs },
  ];
}

type Known = Pick<ServerFacts, 'kind' | 'version' | 'askedAtMs'>;

function knownOf({ status, told }: Asked, side: 'source' | 'target'): Known {
  if (status !== null) return { kind: status[side].kind, version: status[side].version, askedAtMs: status.asOfMs };
  const run = told.runs.at(-1);
  const known = run?.status[side] as Partial<Known> | undefined;
  if (run === undefined || known === undefined) return { kind: null, version: null, askedAtMs: null };
  return { kind: known.kind ?? null, version: known.version ?? null, askedAtMs: run.seenAtMs };
}

/** Where the source's log ends, and how far each stage and the target have come. */
export function positionFacts(status: PipelineStatus | null, told: Told): Facts['positions'] {
  const { checkpoint, checkpointAtMs } = told.sink;
  const applied: PositionFacts = {
    what: 'checkpoint of the target, in the transaction of the rows',
    position: checkpoint?.position.text ?? null,
    atMs: checkpointAtMs,
    detail: checkpoint === null ? null : checkpointText(checkpoint),
  };
  if (status === null) return [...lastKnown(told), applied];
  const { head, stages, asOfMs } = status;
  return [
    { what: 'end of the log of the source', position: head.position, atMs: head.polledAtMs, detail: null },
    ...stages.map(({ name, position }) => ({ what: `past ${name}`, position, atMs: asOfMs, detail: null })),
    applied,
  ];
}

function checkpointText({ epoch, logId, closedBy }: NonNullable<Told['sink']['checkpoint']>): string {
  const closed = closedBy === null ? '' : `; closed for good by switch ${closedBy}`;
  return `epoch ${epoch} of log ${logId}${closed}`;
}

function lastKnown({ runs }: Told): readonly PositionFacts[] {
  const run = runs.at(-1);
  const head = run?.status['head'] as
    | { readonly position?: string | null; readonly polledAtMs?: number | null }
    | undefined;
  if (run === undefined || head === undefined) return [];
  const detail = 'as the last run knew it';
  return [
    { what: 'end of the log of the source', position: head.position ?? null, atMs: head.polledAtMs ?? null, detail },
  ];
}
