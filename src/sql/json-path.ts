/** A path of MySQL (`$.a[0]."b c"`) as the elements of PostgreSQL's `#>`; undefined when it has `*`, `**`, `last`. */
export function jsonPath(path: string): readonly string[] | undefined {
  const found: string[] = [];
  let rest = path.trim();
  if (!rest.startsWith('$')) return undefined;
  rest = rest.slice(1);
  while (rest !== '') {
    const step =
      /^\s*(?:\.\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*))|\[\s*(\d+)\s*\])/.exec(rest);
    if (step === null) return undefined;
    found.push(step[1] === undefined ? (step[2] ?? step[3] ?? '') : step[1].replaceAll(/\\(.)/g, '$1'));
    rest = rest.slice(step[0].length);
  }
  return found;
}

/**
 * A path as the ways to its cells: names and numbers for `#>`, then each cell that stands in what is no array too, as
 * jsonpath has it (`[0]`, `[last-1]`). Undefined when it has `*` or `**`.
 */
export function cellPath(path: string): readonly (readonly string[] | string)[] | undefined {
  const found: (readonly string[] | string)[] = [];
  let rest = path;
  for (let cell = CELL.exec(rest); cell !== null; cell = CELL.exec(rest)) {
    const names = jsonPath(rest.slice(0, cell.index));
    if (names === undefined) return undefined;
    if (names.length > 0) found.push(names);
    found.push(`[${cell[1]?.replaceAll(/\s/g, '')}]`);
    rest = `$${rest.slice(cell.index + cell[0].length)}`;
  }
  const names = jsonPath(rest);
  if (names === undefined) return undefined;
  return names.length > 0 || found.length === 0 ? [...found, names] : found;
}

/** The first cell, or one from the end, outside a name in quotes. */
const CELL = /(?<=^[^"]*(?:"[^"]*"[^"]*)*)\[\s*(0|last(?:\s*-\s*\d+)?)\s*\]/;

/** Whether a path has a number of a cell. */
export function hasCell(path: string): boolean {
  return /\[\s*(?:\d|last)/.test(path.replaceAll(/"(?:[^"\\]|\\.)*"/g, ''));
}

/** The elements as a literal of text[]. */
export function pathLiteral(elements: readonly string[]): string {
  const parts = elements.map((element) =>
    /^[A-Za-z0-9_]+$/.test(element) && element.toLowerCase() !== 'null'
      ? element
      : `"${element.replaceAll(/["\\]/g, '\\$&')}"`,
  );
  return `'${`{${parts.join(',')}}`.replaceAll("'", "''")}'`;
}

/**
 * A path with `*` or `**` as a strict jsonpath of PostgreSQL. Each step is asked first whether it leads
 * anywhere: a strict step that does not is an error, a lax one looks into arrays by itself. Undefined when it is none.
 */
export function strictPath(path: string): string | undefined {
  let found = 'strict $';
  let rest = path.trim();
  if (!rest.startsWith('$')) return undefined;
  rest = rest.slice(1);
  while (rest !== '') {
    const step = /^\s*(?:(\*\*)|\.\s*(\*)|\[\s*(\*)\s*\]|\[\s*(\d+)\s*\])/.exec(rest);
    const name =
      step === null ? /^\s*\.\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*))/.exec(rest) : null;
    const [whole] = step ?? name ?? [];
    if (whole === undefined) return undefined;
    rest = rest.slice(whole.length);
    if (step?.[1] !== undefined && rest === '') return undefined;
    found += step === null ? member(name?.[1] ?? name?.[2] ?? '') : wild(step);
  }
  return found;
}

function member(name: string): string {
  const step = `."${name.replaceAll(/"/g, '\\"')}"`;
  return ` ? (exists (@${step}))${step}`;
}

function wild([, deep, names, cells, cell]: readonly (string | undefined)[]): string {
  if (deep !== undefined) return '.**';
  if (names !== undefined) return ' ? (@.type() == "object").*';
  return cells === undefined ? ` ? (exists (@[${cell}]))[${cell}]` : ' ? (@.type() == "array")[*]';
}
