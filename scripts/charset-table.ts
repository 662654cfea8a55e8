/**
 * Makes src/column/charset-table.ts from what a real MySQL server does: node scripts/charset-table.ts mysql://... For
 * every character set that is not Unicode: the upper half of one-byte sets, and of the others where iconv-lite differs.
 */
import { writeFileSync } from 'node:fs';
import iconv from 'iconv-lite';
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise';
import { ICONV_NAMES } from '../src/column/charset-name.ts';

const BATCH = 2000;

/** The server's code points of byte sequences in a character set, as UTF-32 in hexadecimal; '' where it has none. */
async function serverText(server: Connection, charset: string, sequences: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (let i = 0; i < sequences.length; i += BATCH) {
    const part = sequences.slice(i, i + BATCH);
    const columns = part.map((hex) => `HEX(CONVERT(CONVERT(x'${hex}' USING ${charset}) USING utf32))`);
    const [rows] = await server.query<RowDataPacket[][]>({ sql: `SELECT ${columns.join()}`, rowsAsArray: true });
    for (const [at, hex] of part.entries()) {
      const text = String(rows[0]?.[at] ?? '');
      found.push(text === '0000003F' && hex !== '3f' ? '' : text);
    }
  }
  return found;
}

const hex = (...bytes: number[]) => Buffer.from(bytes).toString('hex');
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

async function oneByte(server: Connection, charset: string): Promise<string> {
  const text = await serverText(
    server,
    charset,
    range(0, 256).map((byte) => hex(byte)),
  );
  const characters = text.map((code) => (code === '' ? '\ufffd' : String.fromCodePoint(Number.parseInt(code, 16))));
  const isAscii = characters.slice(0, 128).every((character, byte) => character.charCodeAt(0) === byte);
  return characters.slice(isAscii ? 128 : 0).join('');
}

const NONE = 0xfffd;

/**
 * Runs `[code, code point, count]` of neighbours on both sides where the server's character is not iconv-lite's; U+FFFD
 * where only iconv-lite has one.
 */
async function differences(server: Connection, charset: string): Promise<number[][]> {
  const ones = range(0x80, 0x100).map((byte) => hex(byte));
  const pairs = range(0x80, 0x100).flatMap((lead) => range(0x30, 0x100).map((trail) => hex(lead, trail)));
  const triples = /^ujis|^eucjpms/.test(charset)
    ? range(0xa1, 0xff).flatMap((second) => range(0xa1, 0xff).map((third) => hex(0x8f, second, third)))
    : [];
  const sequences = [...ones, ...pairs, ...triples];
  const text = await serverText(server, charset, sequences);
  const runs: number[][] = [];
  for (const [i, sequence] of sequences.entries()) {
    const code = text[i] ?? '';
    const isOne = code.length === 8;
    // A byte or two that stand for no character, or bytes of two characters, the first of which is none.
    const point = isOne ? Number.parseInt(code, 16) : NONE;
    if (!isOne && code !== '' && !code.startsWith('0000003F')) continue;
    const name = ICONV_NAMES[charset] ?? charset;
    const known = iconv.decode(Buffer.from(sequence, 'hex'), name, { stripBOM: false });
    if (isOne ? known === String.fromCodePoint(point) : known.includes('\ufffd')) continue;
    add(runs, Number.parseInt(sequence, 16), point);
  }
  return runs;
}

function add(runs: number[][], code: number, point: number): void {
  const last = runs.at(-1);
  if (last && last[0] !== undefined && last[1] !== undefined && last[2] !== undefined) {
    if (last[0] + last[2] === code && (last[1] === NONE ? point === NONE : last[1] + last[2] === point)) {
      last[2]++;
      return;
    }
  }
  runs.push([code, point, 1]);
}

const escaped = (text: string) => [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const server = await mysql.createConnection(process.argv[2] ?? '');
const [charsets] = await server.query<RowDataPacket[]>(
  "SELECT character_set_name AS name, maxlen AS maxlen FROM information_schema.character_sets WHERE NOT character_set_name REGEXP '^(utf|ucs|binary)' ORDER BY 1",
);
const single: string[] = [];
const multi: string[] = [];
for (const { name, maxlen } of charsets as { name: string; maxlen: number }[]) {
  if (Number(maxlen) === 1) single.push(`  ${name}: '${escaped(await oneByte(server, name))}',`);
  else multi.push(`  ${name}: [${(await differences(server, name)).flat().join(', ')}],`);
}
await server.end();
writeFileSync(
  new URL('../src/column/charset-table.ts', import.meta.url),
  `// Made by scripts/charset-table.ts from a real server. Do not edit.

/** One-byte sets: characters of the bytes 0x80..0xff, of all 256 where the lower half is not ASCII; U+FFFD: none. */
export const ONE_BYTE: Readonly<Record<string, string>> = {
${single.join('\n')}
};

/**
 * Sets of more bytes: flat runs of first code, first code point, count, where the server differs from iconv-lite. In a
 * run of U+FFFD no code has a character.
 */
export const DIFFERENCES: Readonly<Record<string, readonly number[]>> = {
${multi.join('\n')}
};
`,
);
