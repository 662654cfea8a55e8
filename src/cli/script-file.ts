import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { SluiceError } from '../contract/error.ts';
import type { Language } from '../logic/parse-program.ts';
import { parseScript, type Script } from '../logic/parse-script.ts';
import type { Flag } from './verb.ts';

/** Charsets of a script by the names that `--charset` takes, as TextDecoder calls them; MySQL's latin1 is windows-1252. */
const CHARSETS: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  latin1: 'windows-1252',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
};

export const CHARSET_FLAG: Flag = {
  name: 'charset',
  type: 'text',
  value: 'NAME',
  choices: Object.keys(CHARSETS),
  help: 'How FILE is encoded; utf8, or what its byte order mark says, when not given.',
};

/** First bytes of packed files. */
const PACKED: readonly (readonly [hex: string, cure: string])[] = [
  ['1f8b', 'gunzip'],
  ['28b52ffd', 'unzstd'],
  ['fd377a585a00', 'unxz'],
  ['425a68', 'bunzip2'],
  ['504b0304', 'unzip'],
];

/**
 * Reads a script. USAGE_FILE: it cannot be read; USAGE_FILE_TEXT: it is no text, or a part that is read has bytes that
 * are none of its charset. Rows may hold any bytes: a dump has those of binary columns as they are.
 */
export function readScript(path: string, language: Language, charset: string | undefined): Script {
  const bytes = bytesOf(path);
  const packed = PACKED.find(([hex]) => bytes.subarray(0, hex.length / 2).toString('hex') === hex);
  if (packed !== undefined) throw noText(`${path} is packed`, `Unpack it first: ${packed[1]}`);
  const name = charset ?? charsetOfMark(bytes);
  const label = CHARSETS[name] ?? 'utf-8';
  if (label === 'utf-8' || label === 'windows-1252') refuseNul(path, bytes);
  if (label === 'utf-8' && !isUtf8(bytes)) refuseForeignBytes(path, bytes, language);
  return parseScript(new TextDecoder(label).decode(bytes), language);
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new SluiceError({
      code: 'USAGE_FILE',
      message: `${path} cannot be read (${code})`,
      remedy: 'Name a file with CREATE PROCEDURE, FUNCTION, TRIGGER, EVENT or VIEW, as mysqldump --routines writes it',
      disposition: 'stop',
      cause,
    });
  }
}

function charsetOfMark(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  return { fffe: 'utf16le', feff: 'utf16be' }[mark] ?? 'utf8';
}

/** mysqldump writes NUL as \0. */
function refuseNul(path: string, bytes: Buffer): void {
  const at = bytes.indexOf(0);
  if (at < 0) return;
  throw noText(
    `${path} is no text: byte 0x00 at offset ${at}`,
    'Name a dump or a script of SQL; of one in UTF-16 without a byte order mark say --charset utf16le',
  );
}

/** SQL's own signs are ASCII: read byte by byte, the script has its statements at the same places. */
function refuseForeignBytes(path: string, bytes: Buffer, language: Language): void {
  const { programs, tables } = parseScript(bytes.toString('latin1'), language);
  const parts = [...programs.map(({ offset, lexed }) => ({ offset, text: lexed.text })), ...tables];
  const found = parts.find(({ text }) => !isUtf8(Buffer.from(text, 'latin1')));
  if (found === undefined) return;
  const at = found.offset + firstForeign(Buffer.from(found.text, 'latin1'));
  const line = bytes.subarray(0, at).toString('latin1').split('\n').length;
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  throw noText(
    `${path} is not in UTF-8: byte 0x${byte} at offset ${at}, line ${line}`,
    'Say how it is encoded, as by --charset latin1, or write it anew by mysqldump --default-character-set=utf8mb4',
  );
}

/** Where the first byte stands that is no UTF-8; the sign that stands for such bytes may be there itself. */
function firstForeign(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  for (let found = text.indexOf('\uFFFD'); found >= 0; found = text.indexOf('\uFFFD', found + 1)) {
    const at = Buffer.byteLength(text.slice(0, found));
    if (bytes.subarray(at, at + 3).toString('hex') !== 'efbfbd') return at;
  }
  return 0;
}

function noText(message: string, remedy: string): SluiceError {
  return new SluiceError({ code: 'USAGE_FILE_TEXT', message, remedy, disposition: 'stop' });
}
