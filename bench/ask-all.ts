import type { Config } from '../src/config/config.ts';
import type { VerifyReport } from '../src/contract/verify.ts';
import { askVerify } from '../src/pipeline/verify/ask-verify.ts';

/** Has the running pipeline compare every table from the beginning. */
export async function askAll(config: Config, signal: AbortSignal): Promise<VerifyReport> {
  const request = {
    tables: 'all',
    restart: true,
    mode: 'stream',
    repair: false,
    timeoutMs: null,
    by: 'bench',
  } as const;
  return await askVerify(config, request, { onProgress: () => {}, signal });
}
