import { MASK_WORDS } from '../rule/mask.ts';
import { flagOf, type Option, type OptionType, variableOf } from './option.ts';
import { OPTIONS } from './option-table.ts';

/** The table of `docs/operate/configuration.md`; a test compares the page with it. */
export function optionsPage(): string {
  const sections = new Map<string, Option[]>();
  for (const option of OPTIONS) {
    const section = option.path.split('.')[0] ?? '';
    sections.set(section, [...(sections.get(section) ?? []), option]);
  }
  return Array.from(sections, ([section, options]) => sectionText(section, options)).join('\n');
}

function sectionText(section: string, options: readonly Option[]): string {
  const lines = options.map(
    (option) => `| ${[key(option), written(option), fallback(option), words(option)].join(' | ')} |`,
  );
  return [
    `### \`${section}\``,
    '',
    '| key, flag, variable | written | default | meaning |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

function key(option: Option): string {
  const names = [option.path, flagOf(option), variableOf(option)].filter((name) => name !== null);
  return names.map((name) => `\`${name}\``).join('<br>');
}

function words(option: Option): string {
  const later = option.later === undefined ? '' : ` **No effect in this version**; for ${option.later}.`;
  const example = option.example === undefined ? '' : ` Example: \`${option.example}\`.`;
  return `${option.help}${example}${later}`;
}

function fallback(option: Option): string {
  if (option.isRequired === true) return 'required';
  if (option.derived !== undefined) return option.derived;
  return option.default === undefined ? 'none' : `\`${describeDefault(option.default)}\``;
}

export function describeDefault(value: NonNullable<Option['default']>): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function written(option: Option): string {
  return describeType(option.type).replaceAll('|', '\\|');
}

/** How a value of the type is written, in a few words. */
export function describeType(type: OptionType): string {
  switch (type.kind) {
    case 'choice':
      return type.of.join(' | ');
    case 'integer':
      return `whole number, ${type.min} to ${type.max}`;
    case 'boolean':
      return 'true | false';
    case 'duration':
      return `duration, ${type.min} to ${type.max}`;
    case 'size':
      return `size, ${type.min} to ${type.max}`;
    case 'url':
      return `${type.schemes[0]}://...`;
    case 'address':
      return type.orOff ? 'HOST:PORT | off' : 'HOST:PORT';
    case 'list':
      return `list of ${{ text: 'names', glob: 'patterns', address: 'HOST:PORT' }[type.of]}`;
    case 'zeroDate':
      return 'refuse | null | -infinity | a date';
    case 'mask':
      return MASK_WORDS.replaceAll(', ', ' | ').replace(' or ', ' | ');
    case 'cast':
      return 'a PostgreSQL type';
    case 'text':
      return type.words ?? 'text';
    default:
      return type.kind;
  }
}
