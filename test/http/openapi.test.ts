import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ASKED_BY_PATTERN, REASON_PATTERN } from '../../src/contract/asked-by.ts';
import type { HttpState } from '../../src/http/server.ts';
import { appOf } from '../../src/http/server.ts';
import { startSample } from '../control/start-sample.ts';
import { statusSample } from '../control/status-sample.ts';
import { openHttp } from './open-http.ts';

const FILE = parse(readFileSync(new URL('../../schemas/openapi.yaml', import.meta.url), 'utf8'));

test('the OpenAPI file names every route of API and health, and no other', async () => {
  const { app } = await appOf({} as HttpState, []);
  const routes = routesIn(app.printRoutes({ commonPrefix: false }));
  const described = Object.entries<object>(FILE.paths).flatMap(([path, of]) =>
    Object.keys(of).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const ofPage = ['GET /', 'GET /main.js', 'GET /main.css', 'GET /icon.svg'];
  expect(routes.filter((route) => !ofPage.includes(route)).sort()).toEqual(described.sort());
  await app.close();
});

test('what is answered is as the OpenAPI file says', async () => {
  await using http = await openHttp();
  http.server.publishStart(startSample());
  http.server.publish(
    statusSample({
      asOfMs: Date.now(),
      errors: [{ atMs: 1, stage: 'apply', code: 'A', message: 'm', remedy: 'r', attempt: 1, nextTryAtMs: null }],
      quarantine: [{ table: 'public.tbl_order', reason: 'zero-date', changes: 1 }],
      retention: [{ log: 'binlog', headroomMs: null, detail: 'no limit' }],
      drift: { checkedAtMs: 1, count: 0, differences: [] },
      beside: {
        ...{ comparedAtMs: 1, equal: 2, different: 1, notCompared: 0 },
        objects: [
          {
            ...{ name: 'constraint', object: 'public.t.fk', state: 'different', source: null, target: 'not validated' },
            ...{ reason: 'was never checked', cure: null },
          },
        ],
      },
      verify: {
        isRunning: false,
        tables: [
          {
            ...{ database: 'shop', table: 't', state: 'equal', position: 'p', verifiedAtMs: 1, differenceCount: 0 },
            ...{
              changesSince: 3,
              byKind: { missing: 0, extra: 0, different: 0, unlisted: 0 },
              causes: [],
              waiting: 1,
              advice: null,
            },
          },
        ],
      },
      schemaChanges: [{ atMs: 1, table: 'shop.tbl_order', what: 'changed' }],
    }),
  );
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(FILE, 'openapi');
  for (const [path, schema] of [
    ['/api/v1/status', 'Status'],
    ['/api/v1/start', 'Start'],
    ['/api/v1/tables', 'Tables'],
    ['/api/v1/errors', 'Errors'],
    ['/api/v1/history', 'History'],
    ['/livez', 'Alive'],
    ['/readyz', 'Ready'],
    ['/nothing', 'Problem'],
  ] as const) {
    const validate = ajv.getSchema(`openapi#/components/schemas/${schema}`);
    const data: unknown = await (await http.get(path)).json();
    expect([path, validate?.(data), validate?.errors]).toEqual([path, true, null]);
  }
});

test('the OpenAPI file knows every member of the status, so that a new one is described', () => {
  expect(Object.keys(FILE.components.schemas.Status.properties).sort()).toEqual(Object.keys(statusSample()).sort());
});

/** The tree that Fastify prints: four characters a level, each with its part of the path. */
function routesIn(tree: string): readonly string[] {
  const parts: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^(.*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    parts.length = indent.length / 4;
    parts.push(part);
    const named = methods.split(', ').filter((method) => method !== '' && method !== 'HEAD');
    return named.map((method) => `${method} ${parts.join('')}`);
  });
}

test('the OpenAPI file has the rules of names of who asks and of reasons', () => {
  expect(FILE.components.schemas.By.pattern).toBe(ASKED_BY_PATTERN);
  expect(FILE.components.schemas.Waiver.properties.reason.pattern).toBe(REASON_PATTERN);
});
