import avsc from 'avsc';

/** avsc's hook for longs beyond 2^53: any generic JavaScript reader of our topics needs one (docs/architecture.md). */
export const bigLong = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** A generic reader for a schema text, as another team would write it. */
export function plainType(schema: string): avsc.Type {
  const typeHook = (parsed: avsc.Schema) => (parsed === 'long' ? bigLong : undefined);
  return avsc.Type.forSchema(JSON.parse(schema), { typeHook } as Parameters<typeof avsc.Type.forSchema>[1]);
}
