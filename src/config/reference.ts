/** What references may be resolved with; the environment and the file system stay outside this folder. */
export interface ReferenceSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => string;
}

export interface Resolved {
  readonly text: string;
  readonly failures: readonly string[];
}

const REFERENCE = /\$\$|\$\{([^}]*)\}|\$\{/g;

export function hasReference(text: string): boolean {
  return /\$[${]/.test(text);
}

/**
 * Replaces `${VAR}`, `${VAR:-default}`, `${file:/path}` and `$$`. In the account part of a URL what is put in is
 * percent-encoded, so a password stands for itself whatever characters it has.
 */
export function resolveReferences(template: string, source: ReferenceSource): Resolved {
  const failures: string[] = [];
  const text = template.replace(REFERENCE, (match: string, body: string | undefined, at: number) => {
    if (match === '$$') return '$';
    const value = body === undefined ? null : resolveOne(body, source);
    if (value === null || typeof value !== 'string') {
      failures.push(value?.failure ?? `"\${" without "}"; a dollar sign before a brace is written "$$"`);
      return '';
    }
    return isInAccount(template, at, match.length) ? encodeURIComponent(value) : value;
  });
  return { text, failures };
}

function resolveOne(body: string, source: ReferenceSource): string | { readonly failure: string } {
  if (body.startsWith('file:')) return readOne(body.slice('file:'.length), source);
  const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(body) ?? [];
  if (name === undefined) return { failure: `expected \${NAME}, \${NAME:-default} or \${file:/path}` };
  const value = source.environment[name];
  if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
  return value ?? { failure: `the environment has no ${name}; set it, or write \${${name}:-default}` };
}

function readOne(path: string, source: ReferenceSource): string | { readonly failure: string } {
  try {
    const text = source.readFile(path).replace(/\r?\n$/, '');
    return text === '' ? { failure: `the file ${path} is empty` } : text;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'error';
    return { failure: `the file ${path} cannot be read (${reason})` };
  }
}

function isInAccount(template: string, at: number, length: number): boolean {
  return template.slice(0, at).includes('://') && template.slice(at + length).includes('@');
}
