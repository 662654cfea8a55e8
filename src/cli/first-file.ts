import { stringify } from 'yaml';
import { flagOf } from '../config/option.ts';
import { OPTIONS } from '../config/option-table.ts';

export interface FirstFile {
  readonly text: string;
  /** Variables that the file refers to. */
  readonly variables: readonly string[];
  /** Passwords that were given in URLs, by the variable that stands for them in the file. */
  readonly passwords: Readonly<Record<string, string>>;
}

/** Variables that stand for the password of a URL, by the path of its option. */
export const PASSWORD_VARIABLES: Readonly<Record<string, string>> = {
  'source.url': 'SOURCE_PASSWORD',
  'source.adminUrl': 'SOURCE_ADMIN_PASSWORD',
  'target.url': 'TARGET_PASSWORD',
};

/** A first sluice.yaml from flags: what was given and no more. No password is written, a variable stands for it. */
export function firstFile(flags: Readonly<Record<string, string>>): FirstFile {
  const tree: Tree = new Map();
  const variables: string[] = [];
  const passwords: Record<string, string> = {};
  for (const option of OPTIONS) {
    const flag = flagOf(option);
    const given = flag === null ? undefined : flags[flag];
    if (given === undefined) continue;
    const variable = PASSWORD_VARIABLES[option.path];
    const { text, password } =
      variable === undefined ? { text: given, password: null } : withoutPassword(given, variable);
    if (variable !== undefined && text.includes(variable)) variables.push(variable);
    if (variable !== undefined && password !== null) passwords[variable] = password;
    put(tree, option.path.split('.'), writtenAs(option.type.kind, text));
  }
  const head = '# Every option: docs/operate/configuration.md, or sluice config schema\n';
  return { text: `${head}${stringify(tree, { lineWidth: 0 })}`, variables, passwords };
}

type Tree = Map<string, unknown>;

/** `mysql://u:secret@h/d` and `mysql://u@h/d` both become `mysql://u:${VARIABLE}@h/d`. */
function withoutPassword(url: string, variable: string): { text: string; password: string | null } {
  const [, start, password, rest] = /^([a-z]+:\/\/[^:@/]*)(?::(.*))?(@[^@]*)$/s.exec(url) ?? [];
  if (start === undefined || rest === undefined) return { text: url, password: null };
  const text = `${start}:\${${variable}}${rest}`;
  return { text, password: password === undefined ? null : decoded(password) };
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

function writtenAs(kind: string, text: string): unknown {
  if (kind === 'integer' && /^\d+$/.test(text)) return Number(text);
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return kind === 'list' ? text.split(',').map((item) => item.trim()) : text;
}

function put(tree: Tree, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    tree.set(key, value);
    return;
  }
  const inner = tree.get(key);
  const branch: Tree = inner instanceof Map ? inner : new Map();
  tree.set(key, branch);
  put(branch, rest, value);
}
