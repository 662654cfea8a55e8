import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { CONTAINER_RECIPES } from '../../src/servers/image.ts';

interface Service {
  readonly image: string;
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly build?: { readonly args: Readonly<Record<string, string>> };
}

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../infra/${name}`, import.meta.url)), 'utf8');
}

const compose: { services: Readonly<Record<string, Service>> } = parse(read('docker-compose.yml'));
const services = Object.entries(compose.services);

/** What a variable stands for when it is not set. */
function withoutVariables(text: string): string {
  return text.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1');
}

test('the compose file brings up source, log, registry, target and sluice', () => {
  expect(Object.keys(compose.services).sort()).toEqual(['kafka', 'mysql', 'postgres', 'registry', 'sluice']);
});

test.each(services)('%s has an image pinned to one release, which a variable can replace', (_name, service) => {
  expect(service.image).toMatch(/^\$\{[A-Z]+_IMAGE:-[^}]+\}$/);
  expect(withoutVariables(service.image)).toMatch(/:\d+(\.\d+)+(-[a-z-]+)?$/);
});

test.each(services)('%s is on loopback only', (_name, service) => {
  for (const port of service.ports ?? []) expect(withoutVariables(port)).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
});

test.each(services)('%s has a health check, and what needs it waits for it', (_name, service) => {
  expect(service.healthcheck?.test.length).toBeGreaterThan(1);
  for (const { condition } of Object.values(service.depends_on ?? {})) expect(condition).toBe('service_healthy');
});

test('the tests and the compose file use the same images under the same variables', () => {
  for (const kind of ['mysql', 'postgres', 'kafka'] as const) {
    const { imageVariable, image } = CONTAINER_RECIPES[kind];
    expect(compose.services[kind]?.image).toBe(`\${${imageVariable}:-${image}}`);
  }
});

test('the image of sluice is built on a pinned Node, runs as no root and has a health check', () => {
  const dockerfile = read('Dockerfile');
  const node = dockerfile.match(/^ARG NODE_IMAGE=(node:\d+\.\d+\.\d+-\S+)$/m)?.[1];
  expect(node).toBeDefined();
  expect(withoutVariables(compose.services['sluice']?.build?.args['NODE_IMAGE'] ?? '')).toBe(node);
  expect(dockerfile).toMatch(/^USER [1-9]\d*/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK/m);
  expect(dockerfile).toMatch(/^ENTRYPOINT \["sluice"\]$/m);
});

test('the configuration of the pipeline is valid with the variables that the compose file sets', () => {
  const loaded = loadConfig({
    file: '/etc/sluice/sluice.yaml',
    text: read('sluice.yaml'),
    flags: {},
    environment: { SOURCE_PASSWORD: 'one', TARGET_PASSWORD: 'two' },
    readFile: () => '',
  });
  expect(loaded.problems).toEqual([]);
  expect(loaded.config?.log.kind).toBe('kafka');
});
