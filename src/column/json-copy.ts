import { ValueError } from '../contract/error.ts';
import type { CopyEncoder, ValuePolicy } from './codec.ts';
import { copyText } from './copy-text.ts';

/** Encodes JSON text into json or jsonb; `isTrusted`: the server itself made the text. */
export function jsonEncoder(target: 'json' | 'jsonb', policy: ValuePolicy, isTrusted = false): CopyEncoder {
  return (value, out) => {
    const start = value.span();
    const end = value.position;
    const { bytes } = value;
    if (isTrusted && !hasEscape(bytes, start, end)) {
      copyText(bytes, start, end, out);
      return;
    }
    const text = bytes.toString('utf8', start, end);
    if (!isTrusted) checkJson(text);
    const fit = Buffer.from(target === 'jsonb' ? jsonbText(text, policy.nul) : text);
    copyText(fit, 0, fit.length, out);
  };
}

function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  const at = bytes.indexOf('\\u', start, 'latin1');
  return at >= 0 && at < end;
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw Object.assign(new ValueError('not-json', 'the text is not JSON'), { cause });
  }
  if (!text.isWellFormed() || text.includes('�')) throw new ValueError('invalid-text', 'the value is not valid UTF-8');
}

/** Escapes that jsonb refuses: NUL by policy, half of a surrogate pair always. */
function jsonbText(text: string, nul: ValuePolicy['nul']): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})(?:\\u([0-9a-fA-F]{4}))?|.)/g,
    (written: string, first?: string, second?: string) => {
      if (first === undefined) return written;
      const codes = [first, second].filter((code) => code !== undefined).map((code) => Number.parseInt(code, 16));
      if (!String.fromCharCode(...codes).isWellFormed())
        throw new ValueError('invalid-text', 'the JSON has half of a surrogate pair');
      return codes.includes(0) ? written.replaceAll('\\u0000', nulText(nul)) : written;
    },
  );
}

export function nulText(nul: ValuePolicy['nul']): string {
  if (nul === 'refuse') throw new ValueError('nul-byte', 'jsonb cannot hold the NUL character');
  return nul === 'strip' ? '' : '�';
}
