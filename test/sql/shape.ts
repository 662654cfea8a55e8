import type { Expression } from '../../src/sql/expression.ts';
import type { Query } from '../../src/sql/query.ts';

/** A tree as text with every grouping in brackets, so that a test can say how operators bind. */
export function shape(node: Expression | Query): string {
  switch (node.tag) {
    case 'column':
      return node.parts.map((part) => part.text).join('.');
    case 'number':
      return node.value;
    case 'string':
      return `'${node.value}'`;
    case 'null':
      return 'NULL';
    case 'boolean':
      return String(node.value);
    case 'arithmetic':
    case 'comparison':
      return `[${shape(node.left)} ${node.operator} ${shape(node.right)}]`;
    case 'logical':
      return `[${node.operands.map(shape).join(` ${node.operator} `)}]`;
    case 'concat':
      return `[${node.operands.map(shape).join(' || ')}]`;
    case 'unary':
      return `[${node.operator} ${shape(node.operand)}]`;
    case 'call':
      return `${node.upper}(${node.args.map(shape).join(', ')})`;
    case 'query':
      return `<${node.body.tag}>`;
    default:
      return generic(node);
  }
}

/** Any other node: its tag and, in the order of its fields, what is in it. */
function generic(node: object): string {
  const parts = Object.entries(node).flatMap(([key, value]) => {
    if (key === 'tag' || key === 'start' || key === 'end' || value === undefined || value === false) return [];
    if (value === true) return [key];
    return Array.isArray(value) ? value.map(part) : [part(value)];
  });
  return `{${['tag' in node ? String(node.tag) : '', ...parts].filter((text) => text !== '').join(' ')}}`;
}

function part(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return 'tag' in value ? shape(value as Expression) : generic(value);
}
