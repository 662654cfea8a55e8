import type { ColumnType } from '../contract/table.ts';
import type { ColumnCodec } from './codec.ts';
import { integerCodec } from './integer.ts';
import { textCodec } from './text.ts';

/** The codec of a column type. Pure and cached by callers per table version. */
export function codecOf(type: ColumnType): ColumnCodec {
  switch (type.kind) {
    case 'integer':
      return integerCodec(type);
    case 'text':
      return textCodec(type);
    default:
      throw new Error(`no codec for ${type.kind}`);
  }
}
