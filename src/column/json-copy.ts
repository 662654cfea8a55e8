import { ValueError } from '../contract/error.ts';
import type { CopyEncoder, ValuePolicy } from './codec.ts';
import { copyText } from './copy-text.ts';
import { canonicalJson } from './json-canonical.ts';

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
  for (let i = start; i < end - 1; i++) if (bytes[i] === 0x5c && bytes[i + 1] === 0x75) return true;
  return false;
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw Object.assign(new ValueError('not-json', 'the text is not JSON'), { cause });
  }
  if (!text.isWellFormed() || text.includes('�')) throw new ValueError('invalid-text', 'the value is not valid UTF-8');
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})(?:\\u([0-9a-fA-F]{4}))?|.)/g;

/** The text as jsonb takes it: NUL by policy, half of a surrogate pair never. */
function jsonbText(text: string, nul: ValuePolicy['nul']): string {
  for (const [, first, second] of text.matchAll(ESCAPE)) {
    const codes = [first, second].filter((code) => code !== undefined).map((code) => Number.parseInt(code, 16));
    if (!String.fromCharCode(...codes).isWellFormed())
      throw new ValueError('invalid-text', 'the JSON has half of a surrogate pair');
    if (codes.includes(0) && nul === 'refuse') throw new ValueError('nul-byte', 'jsonb cannot hold the NUL character');
  }
  return policyJson(text, nul);
}

/** JSON text without the escapes of NUL that a policy strips or replaces. */
export function policyJson(text: string, nul: ValuePolicy['nul']): string {
  if (nul === 'refuse' || !text.includes('\\u0000')) return text;
  const replacement = nul === 'strip' ? '' : '\ufffd';
  return text.replace(ESCAPE, (written, first?: string) =>
    first === undefined ? written : written.replaceAll('\\u0000', replacement),
  );
}

/** JSON by value where the text is JSON; a text that is not never got into the target. */
export function canonicalJsonText(text: string): string {
  try {
    return canonicalJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
