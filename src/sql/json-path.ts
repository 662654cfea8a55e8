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
