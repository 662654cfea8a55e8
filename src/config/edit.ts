import { isMap, isNode, isSeq, type Node, parseDocument } from 'yaml';
import type { TableLists } from './table-list.ts';

/**
 * The text of a configuration file with what is `after` in the place of `before`, all else of it byte for byte. Whoever writes it looks first
 * whether it says what it should: an alias or a reference cannot be followed here.
 */
export function withTableLists(text: string, before: TableLists, after: TableLists): string {
  const changed = (['include', 'exclude'] as const).filter((key) => before[key].join('\0') !== after[key].join('\0'));
  return changed.reduce((now, key) => withList(now, key, after[key]), text);
}

function withList(text: string, key: 'include' | 'exclude', list: readonly string[]): string {
  // A dollar begins a reference, and stands for itself when it is doubled.
  const said = `[${list.map((name) => JSON.stringify(name.replaceAll('$', '$$$$'))).join(', ')}]`;
  const document = parseDocument(text);
  const [old, section] = [document.getIn(['tables', key], true), document.get('tables', true)];
  // Lines of a list may stand where nothing else may.
  if (isPlaced(old)) return spliced(text, old.range, isSeq(old) && old.flow !== true ? `  ${said}` : said);
  if (list.length === 0) return text;
  if (!isPlaced(section))
    return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}tables: { ${key}: ${said} }\n`;
  const [start] = section.range;
  if (!isMap(section)) return spliced(text, section.range, ` { ${key}: ${said} }`);
  if (section.flow === true) return spliced(text, [start + 1, start + 1], ` ${key}: ${said},`);
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return spliced(text, [start, start], `${key}: ${said}\n${indent}`);
}

type Range = readonly [number, number, ...number[]];

function isPlaced(node: unknown): node is Node & { readonly range: Range } {
  return isNode(node) && Array.isArray(node.range);
}

function spliced(text: string, [start, end]: Range, said: string): string {
  // A list in lines of its own ends with the last of them.
  const lineEnd = text.slice(start, end).endsWith('\n') ? '\n' : '';
  return `${text.slice(0, start)}${said}${lineEnd}${text.slice(end)}`;
}
