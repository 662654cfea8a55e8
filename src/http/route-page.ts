import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { type Asset, pageAssets } from './page-asset.ts';

const OPENAPI = new URL('../../schemas/openapi.yaml', import.meta.url);

/** The page's few files, each by its own route: no path leads anywhere else. */
export function addPageRoutes(app: FastifyInstance): void {
  for (const [path, load] of Object.entries(pageAssets())) {
    app.get(path, async ({ headers }, reply) => {
      const { type, body, packed }: Asset = await load();
      const isPacked = /\bgzip\b/.test(headers['accept-encoding'] ?? '');
      if (isPacked) reply.header('content-encoding', 'gzip');
      reply.type(type).headers({ 'cache-control': 'no-cache', vary: 'accept-encoding' });
      return await reply.send(isPacked ? packed : body);
    });
  }
  app.get(
    '/api/v1/openapi.yaml',
    async (_, reply) => await reply.type('application/yaml').send(await readFile(OPENAPI)),
  );
}
