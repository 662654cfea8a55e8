import type { Expression } from '../../sql/expression.ts';
import type { Query } from '../../sql/query.ts';
import { type Emitter, NotConverted } from '../emitter.ts';
import { nodesOf } from '../walk.ts';
import type { ServiceEmitter } from './service-emitter.ts';
import type { NamedItem, Replaced } from './vendor-sql.ts';

/** LIMIT takes numbers and variables alone. */
export function limitsOf(node: object): readonly object[] {
  const limited = [node, ...nodesOf(node, 'query'), ...nodesOf(node, 'update'), ...nodesOf(node, 'delete')];
  return limited.flatMap((one) =>
    'limit' in one && typeof one.limit === 'object' ? Object.values(one.limit ?? {}) : [],
  );
}

/** What ORDER BY and GROUP BY name: a number there would be the place of a column, which a variable is not. */
export function ordersOf(node: object): readonly object[] {
  const found = 'isDescending' in node && 'expression' in node ? [node.expression] : [];
  const parts = Object.values(node).filter((part) => typeof part === 'object' && part !== null);
  return [...found.filter((one) => typeof one === 'object' && one !== null), ...parts.flatMap(ordersOf)];
}

/** MySQL has the text of a member alone, which no number comes of. */
export function refuseMemberNumbers(node: object, emitter: Emitter): void {
  const isMember = (part: Expression): boolean => {
    const type = part.tag === 'column' ? emitter.variable(part.parts)?.type : undefined;
    return type?.kind === 'text' && (type.members ?? type.flags) !== undefined;
  };
  const isText = ({ tag }: Expression): boolean => tag === 'string' || tag === 'column' || tag === 'null';
  const isCounted =
    nodesOf(node, 'arithmetic').some(({ left, right }) => isMember(left) || isMember(right)) ||
    nodesOf(node, 'comparison').some(
      ({ left, right }) => (isMember(left) && !isText(right)) || (isMember(right) && !isText(left)),
    );
  if (!isCounted) return;
  throw new NotConverted('MEMBER', 'a variable of ENUM or SET counts as a number', 'Keep it in the database.');
}

/** `v -> path`: MySQL takes a column or a variable before the arrow, and no value. */
export function documentPart(
  { operand, path, isUnquoted, start, end }: Extract<Expression, { tag: 'json-path' }>,
  service: ServiceEmitter,
): Replaced | undefined {
  const variable = operand.tag === 'column' ? service.variable(operand.parts) : undefined;
  if (variable === undefined) return undefined;
  const found = `JSON_EXTRACT(${variable.type.mysql}, ${service.emitter.sourceText(path)})`;
  return { start, end, python: variable.python, mysql: isUnquoted ? `JSON_UNQUOTE(${found})` : found };
}

/** What the source calls the columns of a query, wherever a variable stands in one that has no alias. */
export function namedItems({ body }: Query, service: ServiceEmitter): readonly NamedItem[] {
  const first = body.tag === 'set-operation' ? body.first : body;
  if (first.tag !== 'select') return [];
  return first.items.flatMap((item) => {
    if (item.tag === 'star' || item.alias !== undefined) return [];
    const { expression, end } = item;
    if (!holdsVariable(item, service)) return [];
    const own = expression.tag === 'column' ? expression.parts.at(-1)?.text : undefined;
    return [{ end, name: own ?? service.emitter.sourceText(item) }];
  });
}

function holdsVariable(node: object, service: ServiceEmitter): boolean {
  const isKnown = (name: string): boolean => service.emitter.book.find(`@${name}`) !== undefined;
  return (
    nodesOf(node, 'column').some(({ parts }) => service.variable(parts) !== undefined) ||
    nodesOf(node, 'user-variable').some(({ name }) => isKnown(name))
  );
}
