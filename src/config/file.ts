import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { RawEntry } from './entry.ts';
import { nearest } from './nearest.ts';
import { OPTIONS } from './option-table.ts';
import { OPTION_TREE, type OptionNode } from './option-tree.ts';
import type { Place, Problem } from './problem.ts';

export interface Scanned {
  readonly entries: readonly RawEntry[];
  readonly problems: readonly Problem[];
}

interface Scan {
  readonly entries: RawEntry[];
  readonly problems: Problem[];
  readonly resolve: (alias: Alias) => unknown;
  readonly placeOf: (node: unknown, fallback: Place) => Place;
}

interface Spot {
  readonly node: OptionNode;
  readonly keys: readonly string[];
  readonly names: readonly string[];
  readonly place: Place;
}

const START: Place = { in: 'file', line: 1, column: 1 };

/** Reads the text of a configuration file against the option table; every problem, in the order of the file. */
export function scanFile(text: string): Scanned {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { in: 'file', line, column: col };
  };
  if (document.errors.length > 0) return { entries: [], problems: document.errors.map((error) => syntax(error, at)) };
  const scan: Scan = {
    entries: [],
    problems: [],
    resolve: (alias) => alias.resolve(document),
    placeOf: (node, fallback) => (hasRange(node) ? at(node.range[0]) : fallback),
  };
  if (document.contents !== null) {
    scanNode(scan, document.contents, { node: OPTION_TREE, keys: [], names: [], place: START });
  }
  return scan;
}

function scanNode(scan: Scan, value: unknown, spot: Spot): void {
  const node = isAlias(value) ? scan.resolve(value) : value;
  if (spot.node.option !== null) {
    const { option } = spot.node;
    scan.entries.push({ option, names: spot.names, input: plain(scan, node), isText: false, place: spot.place });
  } else if (isMap(node)) {
    for (const pair of node.items) scanPair(scan, pair, spot);
  } else if (!isEmpty(node)) {
    const known = [...spot.node.children.keys()].slice(0, 4).join(', ');
    const message = `expected a section with keys${known === '' ? '' : ` like ${known}`}`;
    scan.problems.push({ code: 'CONFIG_TYPE', path: spot.keys.join('.'), message, place: spot.place });
  }
}

function scanPair(scan: Scan, pair: Pair, spot: Spot): void {
  const key = isScalar(pair.key) ? String(pair.key.source ?? pair.key.value) : '';
  const child = spot.node.children.get(key) ?? spot.node.named;
  const keys = [...spot.keys, key];
  const keyPlace = scan.placeOf(pair.key, spot.place);
  if (child === null) {
    const message = unknownKey(key, spot.node);
    scan.problems.push({ code: 'CONFIG_UNKNOWN_KEY', path: keys.join('.'), message, place: keyPlace });
    return;
  }
  const names = spot.node.children.has(key) ? spot.names : [...spot.names, key];
  scanNode(scan, pair.value, { node: child, keys, names, place: scan.placeOf(pair.value, keyPlace) });
}

/** The nearest key of the same section, else an option of this very name in another, else what may stand here. */
function unknownKey(key: string, node: OptionNode): string {
  const near = nearest(key, node.children.keys());
  if (near !== null) return `unknown key, did you mean "${near}"?`;
  const elsewhere = OPTIONS.find((option) => option.path.split('.').at(-1) === key);
  if (elsewhere !== undefined) return `unknown key here, did you mean "${elsewhere.path}"?`;
  return `unknown key; known here: ${[...node.children.keys()].join(', ')}`;
}

function plain(scan: Scan, node: unknown): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map((item) => plain(scan, isAlias(item) ? scan.resolve(item) : item));
  return isMap(node) ? {} : node;
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

/** In our words by code: the library's own messages quote the text, which may hold a password. */
const SYNTAX: Readonly<Record<string, string>> = {
  BAD_INDENT: 'wrong indentation, or a bracket is not closed',
  TAB_AS_INDENT: 'a tab is used as indentation; use spaces',
  DUPLICATE_KEY: 'the same key stands twice in this section',
  BAD_SCALAR_START: 'a value cannot start with this character; put it in quotes',
  BAD_ALIAS: 'a value that starts with "*" or "&" needs quotes',
  BAD_DQ_ESCAPE: 'unknown escape after a backslash; use single quotes',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line and end with ":"',
  MISSING_CHAR: 'a bracket, quote, comma or space after ":" is missing',
  BLOCK_AS_IMPLICIT_KEY: 'a value with ": " in it needs quotes',
  MULTIPLE_DOCS: 'the file holds more than one document',
};

function syntax(error: YAMLError, at: (offset: number) => Place): Problem {
  const message = SYNTAX[error.code] ?? `not YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`;
  return { code: 'CONFIG_SYNTAX', path: '', message, place: at(error.pos[0]) };
}
