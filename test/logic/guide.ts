import { readdirSync, readFileSync } from 'node:fs';

/** A routine over a row of the conversion guide, as `guide/*.sql` has it, with what is done with it. */
export interface GuideProgram {
  readonly name: string;
  readonly create: string;
  /** `sql_mode` under which it is made: `-- mode ANSI_QUOTES`; undefined: the server's own. */
  readonly sqlMode: string | undefined;
  /** Values of each call: `-- try (1) | (2)`. */
  readonly calls: readonly (readonly string[])[];
  /** `-- run A | B`. */
  readonly statements: readonly string[];
}

const FOLDER = new URL('./guide/', import.meta.url);

function textsOf(file: string): readonly string[] {
  return readFileSync(new URL(file, FOLDER), 'utf8')
    .split('//\n')
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** The tables and their rows; made before the rows are moved. */
export function guideTables(): readonly string[] {
  return textsOf('tables.sql').map((text) => text.replace(/^(?:--.*\n)+/, ''));
}

/** The files that both servers of the source have the language for. */
export function guideFiles(): readonly string[] {
  return readdirSync(FOLDER).filter((file) => file !== 'tables.sql' && file !== 'mariadb.sql');
}

export function guidePrograms(file: string): readonly GuideProgram[] {
  return textsOf(file).map((text) => {
    const [, comments = '', create = ''] = /^((?:--.*\n)*)([\s\S]*)$/.exec(text) ?? [];
    const name = /^CREATE (?:DEFINER=\w+ )?\w+ (\w+)/.exec(create)?.[1] ?? '';
    const list = (word: string): readonly string[] =>
      new RegExp(`^-- ${word} (.*)$`, 'm').exec(comments)?.[1]?.split(' | ') ?? [];
    const sqlMode = /^-- mode ?(.*)$/m.exec(comments)?.[1];
    return { name, create, sqlMode, calls: list('try').map(valuesOf), statements: list('run') };
  });
}

/** What stands between commas outside quotes. */
function valuesOf(text: string): readonly string[] {
  const inner = text.trim().slice(1, -1).trim();
  return inner === '' ? [] : inner.split(/,\s*(?=(?:[^']*'[^']*')*[^']*$)/);
}
