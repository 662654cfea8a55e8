/**
 * JSON by value: no white space, keys sorted, the last of equal keys (as jsonb keeps it), numbers as digits and
 * exponent so that 1.50, 15e-1 and 1.5 are one and no digit is lost. SyntaxError where the text is not JSON.
 */
export function canonicalJson(text: string): string {
  const parser = new JsonParser(text);
  const value = parser.value();
  parser.end();
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORD = /null|true|false/y;

class JsonParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): string {
    this.#space();
    switch (this.#text.charAt(this.#at)) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#take(WORD) ?? canonicalNumber(this.#take(NUMBER) ?? this.#fail());
    }
  }

  end(): void {
    this.#space();
    if (this.#at < this.#text.length) this.#fail();
  }

  #object(): string {
    const members = new Map<string, string>();
    this.#each('}', () => {
      this.#space();
      const key = this.#string();
      if (!this.#skip(':')) this.#fail();
      members.set(key, this.value());
    });
    const keys = [...members.keys()].sort();
    return `{${keys.map((key) => `${key}:${members.get(key)}`).join(',')}}`;
  }

  #array(): string {
    const items: string[] = [];
    this.#each(']', () => items.push(this.value()));
    return `[${items.join(',')}]`;
  }

  #each(close: string, item: () => void): void {
    this.#at++;
    if (this.#skip(close)) return;
    do item();
    while (this.#skip(','));
    if (!this.#skip(close)) this.#fail();
  }

  #string(): string {
    const start = this.#at;
    if (this.#text.charCodeAt(start) !== QUOTE) this.#fail();
    let end = start + 1;
    for (let code = this.#text.charCodeAt(end); code !== QUOTE; code = this.#text.charCodeAt(end)) {
      if (Number.isNaN(code)) this.#fail();
      end += code === BACKSLASH ? 2 : 1;
    }
    this.#at = end + 1;
    return JSON.stringify(JSON.parse(this.#text.slice(start, end + 1)));
  }

  #skip(character: string): boolean {
    this.#space();
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    this.#take(SPACE);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fail(): never {
    throw new SyntaxError(`no JSON at character ${this.#at}`);
  }
}

function canonicalNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign}${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}
