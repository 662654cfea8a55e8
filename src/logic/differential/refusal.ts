import type { Converted } from '../convert.ts';
import { profileOf } from '../profile.ts';
import type { Program } from '../program.ts';
import { lastName } from '../program-name.ts';
import { key } from '../table-access.ts';
import { nodesOf } from '../walk.ts';

/**
 * Programs that are not run, each with the reason: nothing may reach beyond the scratch places. `tables`: those that
 * both sides have, by their keys.
 */
export function refusals(converted: readonly Converted[], tables: ReadonlySet<string>): ReadonlyMap<Converted, string> {
  const found = new Map<Converted, string>();
  for (const one of converted) {
    const reason = reasonOf(one) ?? tableless(one, tables);
    if (reason !== undefined) found.set(one, reason);
  }
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    const names = new Set([...found.keys()].map(({ program }) => key(lastName(program.definition.name?.parts ?? []))));
    for (const one of converted) {
      const called = [...profileOf(one.program).calls].find((name) => names.has(name));
      if (!found.has(one) && called !== undefined) found.set(one, `it calls ${called}, which is not run`);
    }
  }
  return found;
}

function reasonOf({ program, outcome, items }: Converted): string | undefined {
  if (outcome === 'skeleton' || outcome === 'none') {
    const stands = items.find(({ severity }) => severity === 'stands');
    return `not converted whole: ${stands?.reason ?? 'it was not understood'}`;
  }
  const other = foreignName(program);
  if (other !== undefined) return `it names the database of ${other}, which is not the scratch one`;
  const global = nodesOf(program.definition, 'set-variables')
    .flatMap(({ assignments }) => assignments)
    .some(({ target }) => target.tag === 'system-variable' && /GLOBAL|PERSIST/.test(target.scope ?? ''));
  return global ? 'it sets a variable of the whole server' : undefined;
}

function tableless({ program: { definition } }: Converted, tables: ReadonlySet<string>): string | undefined {
  if (definition.tag !== 'trigger' || tables.has(key(lastName(definition.table.parts)))) return undefined;
  return 'its table is not on the target';
}

/** A table or routine that is named with its database would be the real one. */
function foreignName({ definition }: Program): string | undefined {
  if (definition.tag === 'unread') return 'what was not read';
  const own = 'body' in definition ? definition.body : definition;
  const names = [
    ...nodesOf(own, 'base').map(({ name }) => name.parts),
    ...nodesOf(own, 'insert').map(({ table }) => table.parts),
    ...nodesOf(own, 'truncate').map(({ table }) => table.parts),
    ...nodesOf(own, 'call-procedure').map(({ procedure }) => procedure.parts),
    ...nodesOf(own, 'call').map(({ parts }) => parts),
    ...nodesOf(own, 'drop-table').flatMap(({ tables }) => tables.map(({ parts }) => parts)),
    ...nodesOf(own, 'create-table').map(({ definition: { name } }) => name.parts),
    ...nodesOf(own, 'delete').flatMap(({ targets }) => targets.map(({ parts }) => parts)),
  ];
  const found = names.find((parts) => parts.length > 1);
  const isDynamic = nodesOf(own, 'prepare').length + nodesOf(own, 'execute-immediate').length > 0;
  if (found === undefined) return isDynamic && namesDatabase(textsOf(own)) ? 'a prepared statement' : undefined;
  return found.map(({ text }) => text).join('.');
}

/** Whether a text has a name in two parts whose first is not seen to be an alias or a table of it. */
function namesDatabase(texts: string): boolean {
  const plain = texts.replaceAll('`', '');
  if (/\b(?:from|join|into|update|table|call|using|exists)\s*(?:\w+\s*)?\./i.test(plain)) return true;
  const first = [...plain.matchAll(/([A-Za-z_]\w*)\s*\.\s*\w|\.\s*[A-Za-z_]/g)].map(([, name]) => name);
  return first.some((name) => name === undefined || !new RegExp(`\\w\\)?\\s+${name}\\b(?!\\s*\\.)`, 'i').test(plain));
}

function textsOf(body: object): string {
  return nodesOf(body, 'string')
    .map(({ value }) => value)
    .join(' ');
}
