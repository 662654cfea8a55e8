import type { AvroReader } from '../avro/reader.ts';
import { ValueError } from '../contract/error.ts';
import type { ColumnType } from '../contract/table.ts';
import type { ColumnCodec, CopyEncoder } from './codec.ts';
import { skipper } from './copy-text.ts';
import { bytesEncoder, canonicalHex, hexBytes } from './hex.ts';
import { fromText } from './homeward.ts';
import { type ServerText, targetPlain } from './server-text.ts';
import { type TargetType, targetType } from './target-type.ts';

type Bit = Extract<ColumnType, { kind: 'bit' }>;

/** bit(n): big-endian bytes in the log, as both the binlog and a SELECT of the bare column have them. */
export function bitCodec({ bits }: Bit): ColumnCodec {
  const bytes = (bits + 7) >> 3;
  return {
    avro: 'bytes',
    skip: skipper('bytes'),
    binlog: () => (cell, out) => {
      const at = cell.position;
      cell.skip(bytes);
      out.slice(cell.bytes, at, at + bytes);
    },
    select: (quoted) => quoted,
    query: (source, start, end, out) => out.slice(source, start, end),
    target: () => (bits === 1 ? 'boolean' : `bit(${bits})`),
    check: () => null,
    copy: (target) => copyBit(bits, targetType(target)),
    canonicalSource: (value, target) => {
      const start = value.span();
      const hex = value.bytes.toString('hex', start, value.position);
      return target === 'bytea' ? hex : bitText(hex, bits);
    },
    canonicalTarget: (text, target) => {
      if (target === 'bytea') return canonicalHex(text);
      return text === 't' ? '1' : text === 'f' ? '0' : text;
    },
    serverText: (target) => serverBits(bits, targetType(target).name),
    fromTarget: (target) =>
      copyBit(bits, targetType(target)) === null
        ? null
        : fromText((text, out) => out.slice(target === 'bytea' ? hexBytes(text) : bitBytes(text, bytes))),
    literal: () => (value) => bitLiteral(value, bits),
  };
}

/** Big-endian, in as many bytes as the column has, or as it takes. */
function bitBytes(text: string, bytes: number): Buffer {
  const digits = text === 't' ? '1' : text === 'f' ? '0' : text;
  const value = BigInt(`0b${digits || '0'}`).toString(16);
  const size = Math.max(bytes, (value.length + 1) >> 1);
  return Buffer.from(value.padStart(size * 2, '0'), 'hex');
}

function bitLiteral(value: AvroReader, bits: number): string {
  const start = value.span();
  const text = bitText(value.bytes.toString('hex', start, value.position) || '0', bits);
  if (text.length > bits) throw new ValueError('out-of-range', `the source holds ${bits} bits`);
  return `b'${text}'`;
}

function serverBits(bits: number, target: string): ServerText | null {
  const source = (quoted: string) => `LPAD(BIN(${quoted} + 0), ${bits}, '0')`;
  if (target === 'boolean') return { source, target: (quoted) => `${quoted}::int::text` };
  return target === 'bit' || target === 'bit varying' ? { source, target: targetPlain } : null;
}

function bitText(hex: string, bits: number): string {
  return BigInt(`0x${hex}`).toString(2).padStart(bits, '0');
}

function copyBit(bits: number, target: TargetType): CopyEncoder | null {
  if (target.name === 'bytea') return bytesEncoder('\\\\x');
  if (target.name === 'boolean') return bits === 1 ? bitEncoder(1, [0x66, 0x74]) : null;
  const isVarying = target.name === 'bit varying';
  if (!isVarying && target.name !== 'bit') return null;
  const room = target.sizes[0] ?? (isVarying ? Number.POSITIVE_INFINITY : 1);
  return isVarying
    ? room < bits
      ? null
      : bitEncoder(bits, [0x30, 0x31])
    : room === bits
      ? bitEncoder(bits, [0x30, 0x31])
      : null;
}

function bitEncoder(bits: number, letters: readonly [number, number]): CopyEncoder {
  return (value, out) => {
    const start = value.span();
    const unused = (value.position - start) * 8 - bits;
    if (unused < 0) throw new ValueError('out-of-range', `${bits} bits are missing`);
    out.reserve(bits);
    for (let i = unused; i < unused + bits; i++) {
      const isSet = ((value.bytes[start + (i >> 3)] as number) >> (7 - (i & 7))) & 1;
      out.bytes[out.position++] = isSet ? letters[1] : letters[0];
    }
  };
}
