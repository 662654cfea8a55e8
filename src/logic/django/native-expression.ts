import { isUtf8 } from 'node:buffer';
import type { Expression } from '../../sql/expression.ts';
import { type PythonType, pythonString, UNSIGNED_VALUE } from './python-type.ts';
import type { ServiceEmitter } from './service-emitter.ts';

/** An expression that Python computes as both servers do. */
export interface Native {
  readonly code: string;
  readonly kind: 'integer' | 'text' | 'none' | 'float' | 'other';
  /** The source counts with it without a sign. */
  readonly isUnsigned?: boolean;
}

/** Whether a value is of a type of Python as it stands. */
export function isOfHint({ kind }: Native, hint: string): boolean {
  if (kind === 'none') return true;
  return (kind === 'integer' && hint === 'int') || (kind === 'text' && hint === 'str');
}

/** What Python brings to a type as both servers do; a double is printed by a server. */
export function nativeFor(node: Expression, type: PythonType, service: ServiceEmitter): Native | undefined {
  const found = nativeLiteral(node, type.hint) ?? nativeValue(node, service);
  return found?.kind === 'float' && type.hint !== 'float' ? undefined : found;
}

/** Literals, variables, and sums of whole numbers; undefined: a server computes it. */
export function nativeValue(node: Expression, service: ServiceEmitter): Native | undefined {
  switch (node.tag) {
    case 'null':
      return { code: 'None', kind: 'none' };
    case 'boolean':
      return { code: node.value ? '1' : '0', kind: 'integer' };
    case 'number':
      return number(node.form, node.value);
    case 'string':
      return { code: pythonString(node.value), kind: 'text' };
    case 'column':
      return variable(node, service);
    case 'arithmetic':
      return sum(node, service);
    default:
      return undefined;
  }
}

/** A hexadecimal literal as what takes it reads it: MySQL gives its bytes to a client. */
export function nativeLiteral(node: Expression, hint: string): Native | undefined {
  if (node.tag !== 'hex' || node.digits === '') return undefined;
  if (hint === 'int') return { code: String(BigInt(`0x${node.digits}`)), kind: 'integer' };
  const bytes = Buffer.from(node.digits.length % 2 === 0 ? node.digits : `0${node.digits}`, 'hex');
  return hint === 'str' && isUtf8(bytes) ? { code: pythonString(bytes.toString()), kind: 'text' } : undefined;
}

function number(form: string, value: string): Native | undefined {
  if (form === 'integer') return { code: String(BigInt(value)), kind: 'integer' };
  return form === 'decimal' ? { code: `Decimal("${value}")`, kind: 'other' } : undefined;
}

function variable(node: Extract<Expression, { tag: 'column' }>, service: ServiceEmitter): Native | undefined {
  const found = service.variable(node.parts);
  if (found === undefined) return undefined;
  const kinds = { int: 'integer', str: 'text', float: 'float' } as const;
  const kind = kinds[found.type.hint as keyof typeof kinds] ?? 'other';
  return { code: found.python, kind, isUnsigned: found.type.mysql === UNSIGNED_VALUE };
}

const SUMS: Readonly<Record<string, string>> = { '+': 'n_add', '-': 'n_subtract', '*': 'n_multiply' };

function sum(node: Extract<Expression, { tag: 'arithmetic' }>, service: ServiceEmitter): Native | undefined {
  const name = SUMS[node.operator];
  const [left, right] = [nativeValue(node.left, service), nativeValue(node.right, service)];
  if (name === undefined || left?.kind !== 'integer' || right?.kind !== 'integer') return undefined;
  const { hasNoUnsignedSubtraction } = service.emitter.program.dialect.mode;
  const isSigned = node.operator === '-' && hasNoUnsignedSubtraction;
  const isUnsigned = !isSigned && (left.isUnsigned === true || right.isUnsigned === true);
  const isChecked = isUnsigned && !(node.operator !== '-' && isNatural(left) && isNatural(right));
  const plain = `${name}(${left.code}, ${right.code})`;
  const code = isChecked ? `n_unsigned(${plain})` : plain;
  return code.length > 60 ? undefined : { code, kind: 'integer', isUnsigned };
}

function isNatural({ code, isUnsigned }: Native): boolean {
  return isUnsigned === true || /^\d+$/.test(code);
}

/** A condition that is true where the expression is true, and false where it is false or NULL. */
export function nativeCondition(node: Expression, service: ServiceEmitter): string | undefined {
  const found = condition(node, service)?.replace(/^\((.*)\)$/, (whole, inner: string) =>
    isWhole(inner) ? inner : whole,
  );
  return found === undefined || found.length > 70 ? undefined : found;
}

/** Whether brackets close only what they open. */
function isWhole(text: string): boolean {
  let depth = 0;
  for (const unit of text) {
    depth += unit === '(' ? 1 : unit === ')' ? -1 : 0;
    if (depth < 0) return false;
  }
  return true;
}

function condition(node: Expression, service: ServiceEmitter): string | undefined {
  switch (node.tag) {
    case 'logical': {
      if (node.operator === 'xor') return undefined;
      const parts = node.operands.map((part) => condition(part, service));
      return parts.some((part) => part === undefined) ? undefined : `(${parts.join(` ${node.operator} `)})`;
    }
    case 'is': {
      const value = node.test === 'null' ? nativeValue(node.operand, service) : undefined;
      return value === undefined ? undefined : `${value.code} is ${node.isNegated ? 'not ' : ''}None`;
    }
    case 'comparison':
      return comparison(node, service);
    case 'unary': {
      const value = node.operator === 'not' ? nativeValue(node.operand, service) : undefined;
      return value?.kind === 'integer' ? `${value.code} == 0` : undefined;
    }
    default: {
      const value = nativeValue(node, service);
      return value?.kind === 'integer' ? `${value.code} not in (None, 0)` : undefined;
    }
  }
}

/** Whole numbers alone: texts are compared by a collation. */
function comparison(node: Extract<Expression, { tag: 'comparison' }>, service: ServiceEmitter): string | undefined {
  const [left, right] = [nativeValue(node.left, service), nativeValue(node.right, service)];
  if (left?.kind !== 'integer' || right?.kind !== 'integer') return undefined;
  const [a, b] = [left.code, right.code];
  const forms: Readonly<Record<string, string>> = {
    '=': `n_equal(${a}, ${b})`,
    '<>': `n_equal(${a}, ${b}) is False`,
    '!=': `n_equal(${a}, ${b}) is False`,
    '<': `n_less(${a}, ${b})`,
    '>': `n_less(${b}, ${a})`,
    '<=': `n_less(${b}, ${a}) is False`,
    '>=': `n_less(${a}, ${b}) is False`,
  };
  return forms[node.operator];
}
