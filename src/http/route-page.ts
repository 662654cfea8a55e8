import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';

const OPENAPI = new URL('../../schemas/openapi.yaml', import.meta.url);

export function addPageRoutes(app: FastifyInstance): void {
  app.get(
    '/api/v1/openapi.yaml',
    async (_, reply) => await reply.type('application/yaml').send(await readFile(OPENAPI)),
  );
}
