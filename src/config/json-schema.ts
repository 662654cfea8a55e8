import type { Option, OptionType } from './option.ts';
import { OPTION_TREE, type OptionNode } from './option-tree.ts';
import { DURATION_PATTERN, SIZE_PATTERN } from './unit.ts';

type Schema = Readonly<Record<string, unknown>>;

/** JSON Schema of `sluice.yaml`, for editors. References may stand for any text, so patterns let them pass. */
export function configSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'sluice.yaml',
    ...sectionSchema(OPTION_TREE),
  };
}

function sectionSchema(node: OptionNode): Schema {
  if (node.option !== null) return optionSchema(node.option);
  const children = [...node.children];
  const required = children.filter(([, child]) => isRequired(child)).map(([key]) => key);
  return {
    type: 'object',
    ...(children.length === 0
      ? {}
      : { properties: Object.fromEntries(children.map(([key, child]) => [key, sectionSchema(child)])) }),
    additionalProperties: node.named === null ? false : sectionSchema(node.named),
    ...(required.length === 0 ? {} : { required }),
  };
}

function isRequired(node: OptionNode): boolean {
  return node.option?.isRequired === true || [...node.children.values()].some(isRequired);
}

function optionSchema(option: Option): Schema {
  return {
    description: option.later === undefined ? option.help : `${option.help} No effect yet: for ${option.later}.`,
    ...(option.default === undefined ? {} : { default: option.default }),
    ...typeSchema(option.type),
  };
}

const REFERENCE = { type: 'string', pattern: '\\$\\{' } as const;

function typeSchema(type: OptionType): Schema {
  switch (type.kind) {
    case 'boolean':
      return { anyOf: [{ type: 'boolean' }, REFERENCE] };
    case 'integer':
      return { anyOf: [{ type: 'integer', minimum: type.min, maximum: type.max }, REFERENCE] };
    case 'choice':
      return { anyOf: [{ enum: type.of }, REFERENCE] };
    case 'duration':
      return { type: 'string', pattern: `${DURATION_PATTERN}|\\$\\{` };
    case 'size':
      return { type: 'string', pattern: `${SIZE_PATTERN}|\\$\\{` };
    case 'list':
      return { type: 'array', items: { type: 'string' }, minItems: type.min, uniqueItems: true };
    case 'text':
      return { type: 'string', ...(type.pattern === undefined ? {} : { pattern: `${type.pattern.source}|\\$\\{` }) };
    case 'zeroDate':
    case 'mask':
      return { type: ['string', 'null'] };
    default:
      return { type: 'string' };
  }
}
