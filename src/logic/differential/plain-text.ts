import { quoteIdentifier } from '../../mysql/identifier.ts';
import type { Program } from '../program.ts';
import { lastName } from '../program-name.ts';

/** CREATE without DEFINER. */
export function plainText({ definition }: Program, text: string): string {
  if (definition.tag === 'event') {
    const body = text.slice(definition.body.start, text.length);
    return `CREATE PROCEDURE ${quoteIdentifier(lastName(definition.name?.parts ?? []))}() ${body}`;
  }
  return text.replace(
    /^([\s\S]*?CREATE\s+)DEFINER\s*=\s*(?:`(?:[^`]|``)*`|\S+?)(?:@(?:`(?:[^`]|``)*`|\S+))?\s+/i,
    '$1',
  );
}
