import { flipError } from './error.ts';
import type { FileEdit } from './file-flip.ts';
import { secretsOfVariable } from './variable-secret.ts';

/** `KEY=value` with what stands around it: indent, `export`, blanks; the rest is the value and a comment. */
const LINE = /^(\s*(?:export\s+)?)([A-Za-z_][\w.]*)(\s*=[ \t]*)(.*)$/;

/** Values of some keys of an env file. Everything else stays as it is, to the last blank. */
export function envEdit(values: Readonly<Record<string, string>>): FileEdit {
  return {
    kind: 'env-file',
    edit: (text) => editEnv(text, values),
    mask: maskEnv,
    verify: async () => [],
  };
}

function editEnv(text: string, values: Readonly<Record<string, string>>): string {
  for (const [key, value] of Object.entries(values))
    if (/[\r\n\0]/.test(value)) throw flipError('FLIP_FILE', `the value for ${key} has more than one line`);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const found = new Set<string>();
  const lines: string[] = [];
  let open: Quote | null = null;
  for (const line of text.split(newline)) {
    const [, before = '', key = '', equals = '', rest = ''] = (open === null && LINE.exec(line)) || [];
    const value = values[key];
    if (key !== '' && value !== undefined && Object.hasOwn(values, key)) {
      found.add(key);
      lines.push(`${before}${key}${equals}${replaced(key, rest, value)}`);
      continue;
    }
    open = openAfter(open, key === '' ? line : rest, key !== '');
    lines.push(line);
  }
  const missing = Object.entries(values).filter(([key]) => !found.has(key));
  return withAdded(
    lines,
    missing.map(([key, value]) => `${key}=${bare(value, '')}`),
    newline,
  );
}

type Quote = '"' | "'";

/** Lines within a value of several lines look like keys and are none. */
function openAfter(open: Quote | null, text: string, startsValue: boolean): Quote | null {
  if (open !== null) return closes(text, open) ? null : open;
  const quote = startsValue ? quoteOf(text) : null;
  return quote === null || closes(text.slice(1), quote) ? null : quote;
}

function quoteOf(rest: string): Quote | null {
  return rest.startsWith('"') ? '"' : rest.startsWith("'") ? "'" : null;
}

function closes(text: string, quote: Quote): boolean {
  return (quote === '"' ? text.replace(/\\./g, '') : text).includes(quote);
}

/** The new value, quoted as the old one was, with the comment that followed it. */
function replaced(key: string, rest: string, value: string): string {
  const quote = quoteOf(rest);
  if (quote === null) {
    const [, old = '', comment = ''] = /^(.*?)(\s+#.*|\s*)$/.exec(rest) ?? [];
    return `${bare(value, old)}${comment}`;
  }
  const pattern = quote === '"' ? /^"(?:\\.|[^"\\])*"/ : /^'[^']*'/;
  const old = pattern.exec(rest)?.[0];
  if (old === undefined) throw flipError('FLIP_FILE', `the value of ${key} does not end on its line`);
  return `${quoted(value, quote)}${rest.slice(old.length)}`;
}

/** Characters that one reader or another of such files takes for something else; those of the old value it did not. */
const SPECIAL = /[\s"'`$\\#;&|<>()*?!~]/g;

function bare(value: string, old: string): string {
  const risky = (value.match(SPECIAL) ?? []).filter((character) => !old.includes(character));
  return risky.length === 0 ? value : quoted(value, "'");
}

function quoted(value: string, quote: Quote): string {
  if (quote === "'" && !value.includes("'")) return `'${value}'`;
  return `"${value.replace(/["\\$`]/g, '\\$&')}"`;
}

function withAdded(lines: readonly string[], added: readonly string[], newline: string): string {
  if (added.length === 0) return lines.join(newline);
  const kept = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  return [...kept, ...added, ''].join(newline);
}

/** Values are shown only where neither their key nor their form says that there is a password in them. */
function maskEnv(line: string): string {
  const [, before = '', key = '', equals = '', rest = ''] = LINE.exec(line) ?? [];
  if (key === '') return line.trim() === '' || line.trim().startsWith('#') ? line : '***';
  const [, inner = rest] = /^["']?(.*?)["']?\s*$/.exec(rest) ?? [];
  if (secretsOfVariable(key, inner).length === 0) return line;
  const isWhole = secretsOfVariable(key, 'value').length > 0 || /passw|pwd/i.test(rest) || !rest.includes('://');
  if (isWhole) return `${before}${key}${equals}***`;
  const clean = rest.replace(/(:\/\/[^:@/]*:).*(@[^@]*)$/, '$1***$2');
  return `${before}${key}${equals}${clean === rest ? '***' : clean}`;
}
