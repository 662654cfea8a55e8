import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readText } from 'node:stream/consumers';
import { type Finding, finding } from '../../contract/finding.ts';
import { hashOf } from '../../file/whole-file.ts';
import { flipError } from './error.ts';
import type { FileEdit } from './file-flip.ts';

/** What Django's DATABASES['default'] becomes. */
export interface DjangoDatabase {
  /** `django.db.backends.postgresql`, `django.db.backends.mysql`. */
  readonly engine: string;
  readonly name: string;
  readonly user: string;
  /** A text, or the variable of the application's environment that holds it. */
  readonly password: { readonly text: string } | { readonly variable: string };
  readonly host: string;
  readonly port: number;
  readonly options?: Readonly<Record<string, string | number | boolean>>;
}

const BEGIN = '# --- sluice: begin. Written by the cutover, taken back by its abort; the last word on DATABASES. ---';
const END = '# --- sluice: end ---';

/**
 * A block at the end of a Django settings file. Nothing that stands is changed, whatever way it makes DATABASES, and
 * what it says of the connection beside where to (CONN_MAX_AGE, ATOMIC_REQUESTS, TEST) goes on to hold. OPTIONS are of
 * one engine, so they do not.
 */
export function djangoEdit(database: DjangoDatabase): FileEdit {
  return {
    kind: 'settings-file',
    edit: (text) => editSettings(text, database),
    mask: (line) => line.replace(/^(\s*"PASSWORD": )"(?:\\.|[^"\\])*"/, '$1"***"'),
    verify: verifyPython,
  };
}

function editSettings(text: string, database: DjangoDatabase): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = withoutBlock(text.split(newline));
  if (!lines.some((line) => /\bDATABASES\b|^\s*from\s+\S+\s+import\s+\*/.test(line)))
    throw flipError('FLIP_FILE', 'the settings file neither has DATABASES nor imports all of another');
  while (lines.at(-1)?.trim() === '') lines.pop();
  return [...lines, '', ...block(database), ''].join(newline);
}

/** An earlier block of ours gives way to the new one. */
function withoutBlock(lines: readonly string[]): string[] {
  const begin = lines.indexOf(BEGIN);
  const end = lines.indexOf(END, begin);
  if (begin === -1) return [...lines];
  if (end === -1) throw flipError('FLIP_FILE', 'the block of sluice in the settings file has no end');
  return [...lines.slice(0, begin), ...lines.slice(end + 1)];
}

function block({ engine, name, user, password, host, port, options }: DjangoDatabase): readonly string[] {
  const secret = 'text' in password ? python(password.text) : `__import__("os").environ[${python(password.variable)}]`;
  const where = { ENGINE: python(engine), NAME: python(name), USER: python(user), PASSWORD: secret };
  const rest = { HOST: python(host), PORT: python(String(port)), OPTIONS: pythonDict(options ?? {}) };
  const entries = Object.entries({ ...where, ...rest });
  return [
    BEGIN,
    'DATABASES = {',
    '    **DATABASES,',
    '    "default": {',
    '        **DATABASES["default"],',
    ...entries.map(([key, value]) => `        "${key}": ${value},`),
    '    },',
    '}',
    END,
  ];
}

function pythonDict(options: Readonly<Record<string, string | number | boolean>>): string {
  return `{${Object.entries(options)
    .map(([key, value]) => `${python(key)}: ${typeof value === 'string' ? python(value) : pythonScalar(value)}`)
    .join(', ')}}`;
}

function pythonScalar(value: number | boolean): string {
  return typeof value === 'number' ? String(value) : value ? 'True' : 'False';
}

/** JSON's strings are Python's, once every character beyond ASCII is escaped: the file may be of any encoding. */
function python(text: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const plain = JSON.stringify(text).replace(/[\u007f-\uffff]/g, escaped);
  // Python reads each half of a pair as a character of its own.
  return plain.replace(/\\u(d[89ab]..)\\u(d[c-f]..)/g, (_, high: string, low: string) => {
    const point = 0x10000 + ((Number.parseInt(high, 16) - 0xd800) << 10) + (Number.parseInt(low, 16) - 0xdc00);
    return `\\U${point.toString(16).padStart(8, '0')}`;
  });
}

const PARSE = 'import sys; compile(sys.stdin.buffer.read(), "settings", "exec")';

/** SHA-256 of the text that Python took last: behind the fence everybody waits, so what was asked ahead is not asked again. */
let taken: string | null = null;

/** By the Python of this machine, without running or writing anything; what is not there cannot tell. */
async function verifyPython(text: string): Promise<readonly Finding[]> {
  const hash = hashOf(Buffer.from(text));
  if (hash === taken) return [];
  const findings = await askPython(text);
  if (findings.length === 0) taken = hash;
  return findings;
}

async function askPython(text: string): Promise<readonly Finding[]> {
  const child = spawn('python3', ['-I', '-c', PARSE], { stdio: ['pipe', 'ignore', 'pipe'] });
  const started = once(child, 'spawn');
  try {
    await started;
  } catch {
    const message = 'there is no python3 here to tell whether the settings file stays Python';
    return [finding('information', 'FLIP_PYTHON', 'settings file', message)];
  }
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  const [said, [code]] = await Promise.all([readText(child.stderr), once(child, 'exit')]);
  if (code === 0) return [];
  // The line that Python shows may hold a password: only its own words are kept.
  const words = said.trim().split('\n').at(-1) ?? '';
  return [finding('blocker', 'FLIP_PYTHON', 'settings file', `it would not be Python any more: ${words}`)];
}
