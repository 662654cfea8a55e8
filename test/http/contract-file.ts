import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

/** `schemas/openapi.yaml`, of which every object has the members that it names and no others. */
export class ContractFile {
  readonly file = parse(readFileSync(new URL('../../schemas/openapi.yaml', import.meta.url), 'utf8'));
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor() {
    const shared = new Set(JSON.stringify(this.file).match(/(?<="allOf":\[\{"\$ref":"#\/components\/schemas\/)\w+/g));
    const { schemas, ...components } = this.file.components;
    const all = Object.entries<object>(schemas).map(([name, one]) => [name, shared.has(name) ? one : closed(one)]);
    const rest = closed({ ...this.file, components }) as { components: object };
    this.#ajv.addSchema({ ...rest, components: { ...rest.components, schemas: Object.fromEntries(all) } }, 'openapi');
  }

  /** What is wrong with an answer, in words; empty: it is as the file says. */
  faults(method: string, path: string, status: number, body: unknown): readonly string[] {
    const escaped = path.replaceAll('~', '~0').replaceAll('/', '~1');
    const answers = `openapi#/paths/${escaped}/${method.toLowerCase()}/responses`;
    if (status >= 400 && this.file.paths[path]?.[method.toLowerCase()]?.responses[status] === undefined)
      return this.#faults('openapi#/components/schemas/Problem', body);
    return this.#faults(`${answers}/${status}/content/application~1json/schema`, body);
  }

  #faults(pointer: string, body: unknown): readonly string[] {
    const validate = this.#ajv.getSchema(pointer);
    if (validate === undefined) return [`no schema at ${pointer}`];
    if (validate(body) === true) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath.replace(/\/\d+/g, '/0')} ${message} ${JSON.stringify(params)}`,
    );
  }
}

/** A member that is nowhere described would pass otherwise. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  // Its parts are closed together.
  if ('allOf' in value) return { ...value, unevaluatedProperties: false };
  const inner = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]));
  const isObject = inner['type'] === 'object' && 'properties' in inner && !('additionalProperties' in inner);
  return isObject ? { ...inner, additionalProperties: false } : inner;
}
