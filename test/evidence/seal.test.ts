import { expect, test } from 'vitest';
import { checkFile } from '../../src/evidence/check-file.ts';
import { evidenceOf } from '../../src/evidence/evidence.ts';
import { evidenceFiles } from '../../src/evidence/page.ts';
import type { EvidencePart } from '../../src/evidence/part.ts';
import { factsSample } from './facts-sample.ts';

const FILES = evidenceFiles(evidenceOf(factsSample(), (text) => text));
const { html, json, sealed } = FILES;

test('both files that were written are as they were sealed, by one root hash', () => {
  const good = { pipeline: 'shop', root: sealed.seal.root, changed: [] };
  expect(checkFile(html)).toMatchObject(good);
  expect(checkFile(json)).toMatchObject(good);
  expect(sealed.seal.root).toMatch(/^[0-9a-f]{64}$/);
});

test('the same facts have the same root, other facts another one', () => {
  const again = (pipeline: string) =>
    evidenceFiles(evidenceOf(factsSample({ pipeline }), (text) => text)).sealed.seal.root;
  expect(again('shop')).toBe(sealed.seal.root);
  expect(again('shop2')).not.toBe(sealed.seal.root);
});

test.each(sealed.parts.map(({ name }) => name))(
  'a change of the facts of "%s" in the JSON is told by that name',
  (name) => {
    const parts = sealed.parts.map((part) => (part.name === name ? { ...part, facts: { other: 1 } } : part));
    expect(checkFile(JSON.stringify({ ...sealed, parts }))?.changed).toEqual([name]);
  },
);

test.each(sealed.parts.map(({ name }) => name))(
  'a change of what is shown of "%s" in the page is told by that name',
  (name) => {
    const changed = html.replace(new RegExp(`(<section id="${name}"><h2>)`), '$1All is well. ');
    expect(changed).not.toBe(html);
    expect(checkFile(changed)?.changed).toEqual([name]);
  },
);

test('a part that is taken out, doubled or added is told', () => {
  const [first, second] = sealed.parts as [EvidencePart, EvidencePart];
  const checked = (parts: readonly EvidencePart[]) => checkFile(JSON.stringify({ ...sealed, parts }))?.changed;
  expect(checked(sealed.parts.slice(1))).toEqual([first.name]);
  expect(checked([...sealed.parts, second])).toEqual([second.name]);
  expect(checked([...sealed.parts, { name: 'more', title: 'More', facts: [] }])).toEqual(['more']);
  const cut = html.replace(/<section id="repairs">[\s\S]*?<\/section>/, '');
  expect(checkFile(cut)?.changed).toEqual(['repairs']);
});

test('words outside of the parts, the heading of the file and the seal itself cannot be changed unseen', () => {
  expect(checkFile(html.replace('Root hash', 'ROOT hash'))?.changed).toEqual(['frame']);
  expect(checkFile(html.replace('<h1>Evidence of shop', '<h1>Evidence of shop2'))?.changed).toEqual(['frame']);
  expect(
    checkFile(html.replace(`Root hash: <code>${sealed.seal.root}`, `Root hash: <code>${'0'.repeat(64)}`))?.changed,
  ).toEqual(['seal']);
  for (const change of [{ pipeline: 'shop2' }, { madeAt: '2026-01-01T00:00:00.000Z' }])
    expect(checkFile(JSON.stringify({ ...sealed, ...change }))?.changed).toEqual(['seal']);
});

test('who changes a part and computes its hashes anew has another root', () => {
  const evidence = evidenceOf(factsSample({ repairs: [] }), (text) => text);
  const forged = evidenceFiles(evidence);
  expect(checkFile(forged.json)).toMatchObject({ changed: [] });
  expect(checkFile(forged.json)?.root).not.toBe(sealed.seal.root);
});

test.each([
  '',
  '{}',
  'null',
  '<html></html>',
  '{"format":"sluice-evidence/1"}',
  '{"format":"sluice-evidence/1","seal":{"parts":[]},"parts":[{"name":"(("}]}',
])('what is no evidence file is said to be none: %s', (text) => {
  expect(checkFile(text)).toBeNull();
});

test('nothing in the facts ends an element of the page', () => {
  const events = [{ kind: 'action', atMs: 1, who: '</section></script><script>alert(1)</script>', what: {} }] as const;
  const odd = evidenceFiles(evidenceOf(factsSample({ events }), (text) => text));
  expect(odd.html).not.toContain('<script>alert');
  expect(checkFile(odd.html)?.changed).toEqual([]);
});

test('a member that stands twice, one that nobody sealed, and other spaces are told: a reader may take them for facts', () => {
  const twice = json.replace('"pipeline": "shop"', '"pipeline": "other",\n  "pipeline": "shop"');
  const more = JSON.stringify({ ...JSON.parse(json), auditorNote: 'ALL FINE' }, null, 2);
  const within = json.replace('"title":', '"note": "fine",\n      "title":');
  for (const text of [twice, more, within, `${json} `]) {
    expect(text).not.toBe(json);
    expect(checkFile(text)?.changed).toEqual(['text']);
  }
});
