import { createHash } from 'node:crypto';
import type { Evidence, EvidencePart } from './part.ts';

/** SHA-256 of one part: of its facts as canonical JSON, and of the HTML that shows them. */
export interface PartSeal {
  readonly name: string;
  readonly facts: string;
  readonly shown: string;
}

export interface Seal {
  readonly algorithm: 'sha256';
  readonly parts: readonly PartSeal[];
  /** Of what the page has besides the parts. */
  readonly frame: string;
  /** Over all of the above: who has this can tell any change of any of them. */
  readonly root: string;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

export function factsHash({ name, title, facts }: EvidencePart): string {
  return sha256(canonical({ name, title, facts }));
}

export function sealOf(evidence: Evidence, parts: readonly PartSeal[], frame: string): Seal {
  return { algorithm: 'sha256', parts, frame, root: rootOf(evidence, parts, frame) };
}

export function rootOf({ format, pipeline, madeAt }: Evidence, parts: readonly PartSeal[], frame: string): string {
  const lines = parts.map(({ name, facts, shown }) => `${name} ${facts} ${shown}`);
  return sha256([format, pipeline, madeAt, ...lines, `frame ${frame}`, ''].join('\n'));
}

/** One text of a value, whatever the order in which its members were put. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
