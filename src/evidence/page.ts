import { documentPage, escaped, grid, list, section } from '../document/html.ts';
import type { Evidence, EvidencePart } from './part.ts';
import { partBody } from './part-page.ts';
import type { PromiseKept } from './promise.ts';
import { factsHash, type PartSeal, type Seal, sealOf, sha256 } from './seal.ts';

/** Evidence with its seal: the JSON file, and what stands as JSON in the page. */
export interface SealedEvidence extends Evidence {
  readonly seal: Seal;
}

export interface EvidenceFiles {
  readonly sealed: SealedEvidence;
  /** One page that needs nothing else, with the JSON inside. */
  readonly html: string;
  readonly json: string;
}

/** Both files, sealed together: one root hash is over the facts and over the page that shows them. */
export function evidenceFiles(evidence: Evidence): EvidenceFiles {
  const parts: readonly PartSeal[] = evidence.parts.map((part) => ({
    name: part.name,
    facts: factsHash(part),
    shown: sha256(sectionOf(part)),
  }));
  const unsealed = pageOf({ ...evidence, seal: sealOf(evidence, parts, '') });
  const seal = sealOf(evidence, parts, sha256(frameOf(unsealed, parts)));
  const sealed = { ...evidence, seal };
  return { sealed, html: pageOf(sealed), json: jsonOf(sealed) };
}

/** The only text that says this: what is written otherwise, or says more, was changed. */
export function jsonOf(sealed: SealedEvidence): string {
  return `${JSON.stringify(sealed, null, 2)}\n`;
}

const DATA = /<script type="application\/json" id="evidence">[^<]*<\/script>/;

/** What a page has besides its parts, its facts and its hashes. */
export function frameOf(html: string, parts: readonly { readonly name: string }[]): string {
  const without = parts.reduce((text, { name }) => text.replace(sectionPattern(name), ''), html);
  return without.replace(DATA, '').replace(/\b[0-9a-f]{64}\b/g, '#');
}

/** The section of one part; null: the page has none, or several. */
export function sectionIn(html: string, name: string): string | null {
  const found = html.match(new RegExp(sectionPattern(name), 'g'));
  return found?.length === 1 ? (found[0] ?? null) : null;
}

/** The facts that a page carries; null: it is no page of ours. */
export function factsIn(html: string): string | null {
  const found = DATA.exec(html)?.[0];
  return found === undefined ? null : found.slice(found.indexOf('>') + 1, found.lastIndexOf('<'));
}

function sectionPattern(name: string): RegExp {
  return new RegExp(`<section id="${name}">[\\s\\S]*?</section>`);
}

function sectionOf(part: EvidencePart): string {
  return section({ id: part.name, title: part.title, body: bodyOf(part) });
}

function bodyOf(part: EvidencePart): string {
  if (part.name !== 'promises') return partBody(part);
  const kept = part.facts as readonly PromiseKept[];
  const rows = kept.map(({ name, broken, basis }) => [
    escaped(name),
    broken === null ? 'not known' : `<b>${broken}</b>`,
    escaped(basis),
  ]);
  return grid(['promise', 'broken', 'what was counted'], rows);
}

function pageOf({ seal, ...evidence }: SealedEvidence): string {
  const { pipeline, madeAt, parts } = evidence;
  // No "<" inside: nothing in it can end the element.
  const data = JSON.stringify({ ...evidence, seal }).replaceAll('<', '\\u003c');
  return documentPage({
    title: `Evidence of ${pipeline}`,
    head: `<p>Made ${escaped(madeAt)}.</p>\n${list(CHECKS)}`,
    parts: [
      ...parts.map((part) => ({ id: part.name, title: part.title, body: bodyOf(part) })),
      { id: 'seal', title: 'Seal', body: sealBody(seal) },
    ],
    tail: `<script type="application/json" id="evidence">${data}</script>\n`,
  });
}

const CHECKS = [
  'Every time is UTC. No value of a row stands here unless it was asked for, and no secret.',
  'The same facts stand in this file as JSON, in the element with the id <code>evidence</code>.',
] as const;

function sealBody({ parts, root }: Seal): string {
  const rows = parts.map(({ name, facts, shown }) => [name, `<code>${facts}</code>`, `<code>${shown}</code>`]);
  return `<p>Root hash: <code>${root}</code></p>
<p>It is over the hashes of every part. Compare it with the one that was noted when the file was made, then let <code>sluice report --check FILE</code> compute all of them again.</p>
${grid(['part', 'SHA-256 of its facts', 'SHA-256 of what is shown'], rows)}`;
}
