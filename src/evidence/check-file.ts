import { factsIn, frameOf, jsonOf, type SealedEvidence, sectionIn } from './page.ts';
import { factsHash, rootOf, sha256 } from './seal.ts';

export interface FileCheck {
  readonly pipeline: string;
  readonly madeAt: string;
  /** As it follows from what the file says. */
  readonly root: string;
  /** Parts that are not what was sealed, by name; `seal`, `frame` and `text` for what holds them together. Empty: all is as it was. */
  readonly changed: readonly string[];
}

/** It began as one of ours, whatever has become of it: a file that was cut off has no seal to compare with. */
export function isOfOurs(text: string): boolean {
  const begin = text.trimStart().slice(0, 2_000);
  return begin.startsWith('<') ? /<title>Evidence of /.test(begin) : /^\{\s*"format": ?"sluice-evidence\//.test(begin);
}

/** Computes every hash of a file again, page or JSON. null: it is no evidence file. */
export function checkFile(text: string): FileCheck | null {
  const isPage = text.trimStart().startsWith('<');
  const sealed = parsed(isPage ? factsIn(text) : text);
  if (sealed === null) return null;
  const { pipeline, madeAt, seal } = sealed;
  const root = rootOf(sealed, seal.parts, seal.frame);
  const changed = [...changedFacts(sealed), ...(isPage ? changedPage(text, sealed) : [])];
  if (root !== seal.root) changed.push('seal');
  // Read otherwise by another reader, though each hash holds.
  if (changed.length === 0 && !(isPage || text === jsonOf(onlyMembers(sealed)))) changed.push('text');
  return { pipeline, madeAt, root, changed: [...new Set(changed)] };
}

function changedFacts({ parts, seal }: SealedEvidence): readonly string[] {
  const named = new Set([...parts.map(({ name }) => name), ...seal.parts.map(({ name }) => name)]);
  return [...named].filter((name) => {
    const [of, sealed] = [parts.filter((one) => one.name === name), seal.parts.filter((one) => one.name === name)];
    const [part, hash] = [of[0], sealed[0]];
    if (of.length !== 1 || sealed.length !== 1 || part === undefined || hash === undefined) return true;
    return factsHash(part) !== hash.facts;
  });
}

/** What of it is under a hash, or a hash: a member that is none of ours, or stands twice, is not written again. */
function onlyMembers({ format, pipeline, madeAt, parts, seal }: SealedEvidence): SealedEvidence {
  return {
    ...{ format, pipeline, madeAt },
    parts: parts.map(({ name, title, facts }) => ({ name, title, facts })),
    seal: {
      algorithm: seal.algorithm,
      parts: seal.parts.map(({ name, facts, shown }) => ({ name, facts, shown })),
      frame: seal.frame,
      root: seal.root,
    },
  };
}

function changedPage(html: string, { seal }: SealedEvidence): readonly string[] {
  const changed = seal.parts
    .filter(({ name, shown }) => {
      const found = sectionIn(html, name);
      return found === null || sha256(found) !== shown;
    })
    .map(({ name }) => name);
  const told = [...(sectionIn(html, 'seal') ?? '').matchAll(/\b[0-9a-f]{64}\b/g)].map(([hash]) => hash);
  const sealed = [seal.root, ...seal.parts.flatMap(({ facts, shown }) => [facts, shown])];
  if (told.join() !== sealed.join()) changed.push('seal');
  if (sha256(frameOf(html, seal.parts)) !== seal.frame) changed.push('frame');
  return changed;
}

function parsed(text: string | null): SealedEvidence | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isSealed(value) ? value : null;
  } catch {
    return null;
  }
}

function isSealed(value: unknown): value is SealedEvidence {
  if (!isObject(value) || value['format'] !== 'sluice-evidence/1' || !isObject(value['seal'])) return false;
  const isNamed = (one: unknown) => isObject(one) && /^[a-z-]+$/.test(String(one['name']));
  const { parts } = value['seal'];
  return Array.isArray(value['parts']) && value['parts'].every(isNamed) && Array.isArray(parts) && parts.every(isNamed);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
