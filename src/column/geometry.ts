import type { AvroReader } from '../avro/reader.ts';
import type { AvroWriter } from '../avro/writer.ts';
import { ValueError } from '../contract/error.ts';
import { prefixed } from './cell-length.ts';
import type { ColumnCodec, ColumnFacts, CopyEncoder } from './codec.ts';
import { skipper } from './copy-text.ts';
import { bytesEncoder, canonicalHex, hexBytes, writeHex } from './hex.ts';
import { fromText } from './homeward.ts';
import { targetType } from './target-type.ts';

const SRID_BYTES = 4;
/** Byte order and type. */
const HEADER_BYTES = 5;
/** Flag of EWKB's type word: an SRID follows. It stands in the little-endian word's last byte. */
const SRID_FLAG = 0x20;

/**
 * The geometry family: EWKB in the log. Both servers keep SRID and little-endian WKB, x before y; for geographic
 * systems MySQL keeps longitude as x, as PostGIS does, whatever order its text form has.
 */
export const GEOMETRY: ColumnCodec = {
  avro: 'bytes',
  skip: skipper('bytes'),
  binlog: (wire) => prefixed(wire, writeEwkb),
  select: (quoted) => quoted,
  query: writeEwkb,
  target: targetGeometry,
  check: () => null,
  copy: copyGeometry,
  canonicalSource: (value) => {
    const start = value.span();
    return value.bytes.toString('hex', start, value.position);
  },
  canonicalTarget: (text) => canonicalHex(text).toLowerCase(),
  serverText: () => null,
  fromTarget: (target) => (copyGeometry(target) === null ? null : fromText((text, out) => out.slice(hexBytes(text)))),
  literal: () => (value) => geometryLiteral(value),
};

/** The server's own form: SRID and WKB, which it takes from a binary string and checks. */
function geometryLiteral(value: AvroReader): string {
  const start = value.span();
  const { bytes, position: end } = value;
  if (end - start < HEADER_BYTES || bytes[start] !== 1)
    throw new ValueError('invalid-geometry', 'the value is no geometry that the source keeps');
  const srid = sridOf(bytes, start);
  const body = start + HEADER_BYTES + (srid === 0 ? 0 : SRID_BYTES);
  const head = Buffer.alloc(SRID_BYTES + HEADER_BYTES);
  head.writeUInt32LE(srid, 0);
  bytes.copy(head, SRID_BYTES, start, start + HEADER_BYTES);
  const last = head.length - 1;
  head[last] = (head[last] as number) & ~SRID_FLAG;
  return `x'${head.toString('hex')}${bytes.toString('hex', body, end)}'`;
}

/** SRID 0 means none and has no place in EWKB; parts of a collection have no SRID of their own. */
function writeEwkb(bytes: Buffer, start: number, end: number, out: AvroWriter): void {
  const wkb = start + SRID_BYTES;
  if (end - wkb < HEADER_BYTES || bytes.readUInt32LE(start) === 0) {
    out.slice(bytes, Math.min(wkb, end), end);
    return;
  }
  if (bytes[wkb] !== 1) throw new RangeError('a geometry is not little-endian');
  out.long(end - start);
  out.raw(bytes, wkb, wkb + HEADER_BYTES);
  out.bytes[out.position - 1] = (bytes[wkb + HEADER_BYTES - 1] as number) | SRID_FLAG;
  out.raw(bytes, start, wkb);
  out.raw(bytes, wkb + HEADER_BYTES, end);
}

const POSTGIS: Readonly<Record<string, string>> = {
  geometry: 'Geometry',
  point: 'Point',
  linestring: 'LineString',
  polygon: 'Polygon',
  multipoint: 'MultiPoint',
  multilinestring: 'MultiLineString',
  multipolygon: 'MultiPolygon',
  geomcollection: 'GeometryCollection',
  geometrycollection: 'GeometryCollection',
};

function targetGeometry(facts: ColumnFacts): string {
  if (!facts.extensions?.includes('postgis')) return 'bytea';
  const name = POSTGIS[/^[a-z]+/.exec(facts.columnType)?.[0] ?? ''] ?? 'Geometry';
  if (facts.srid) return `geometry(${name},${facts.srid})`;
  return name === 'Geometry' ? 'geometry' : `geometry(${name})`;
}

function copyGeometry(target: string): CopyEncoder | null {
  const [, srid] = /^geometry(?:\(\w+(?:,(\d+))?\))?$/.exec(target) ?? [];
  if (target === 'bytea') return bytesEncoder('\\\\x');
  if (targetType(target).name !== 'geometry' && !target.startsWith('geometry(')) return null;
  return (value, out) => {
    const start = value.span();
    if (value.position - start < HEADER_BYTES) throw new ValueError('invalid-geometry', 'the value is no geometry');
    if (srid !== undefined && sridOf(value.bytes, start) !== Number(srid))
      throw new ValueError('other-srid', `the column holds SRID ${srid} only`);
    writeHex(out, value.bytes, start, value.position);
  };
}

function sridOf(bytes: Buffer, start: number): number {
  return (bytes[start + HEADER_BYTES - 1] as number) & SRID_FLAG ? bytes.readUInt32LE(start + HEADER_BYTES) : 0;
}
