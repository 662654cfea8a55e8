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
