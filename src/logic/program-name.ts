import type { Name } from '../sql/expression.ts';
import type { Program, ProgramKind } from './program.ts';
import { dotted } from './table-access.ts';

/** As it is written, with its schema if that is. */
export function nameOf({ definition }: Program): string {
  return definition.name === undefined ? '?' : dotted(definition.name.parts);
}

/** What it makes, where its head tells. */
export function kindOf({ definition }: Program): ProgramKind | 'unknown' {
  return definition.tag === 'unread' ? (definition.kind ?? 'unknown') : definition.tag;
}

/** The name itself, without the schema. */
export function lastName(parts: readonly Name[]): string {
  return parts.at(-1)?.text ?? '';
}
