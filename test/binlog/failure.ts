import { SluiceError } from '../../src/contract/error.ts';

/** The error in which a stream ends. */
export async function failureOf(batches: AsyncIterable<unknown>): Promise<SluiceError> {
  try {
    for await (const _ of batches);
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error('the stream ended without an error');
}
