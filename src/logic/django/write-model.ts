import { scopeOf } from '../../sql/query-scope.ts';
import { emptyScope } from '../../sql/scope.ts';
import { translateExpression } from '../../sql/translate.ts';
import type { ValueType } from '../../sql/value-type.ts';
import type { ConvertContext } from '../convert-context.ts';
import { basesOf } from '../item-type.ts';
import type { Program, View } from '../program.ts';
import { lastName } from '../program-name.ts';
import { pythonName, pythonString } from './python-type.ts';

/** Views as unmanaged models. Django wants a primary key: the first column is taken for it. */
export function modelsFile(views: readonly Program[], context: ConvertContext): string {
  const head = '"""Views of the database as models that Django reads and does not make."""';
  const classes = views.flatMap((program) => modelOf(program, context) ?? []);
  if (classes.length === 0) return `${head}\n`;
  return `${head}\n\nfrom __future__ import annotations\n\nfrom django.db import models\n\n\n${classes.join('\n\n\n')}\n`;
}

function modelOf(program: Program, context: ConvertContext): string | undefined {
  const view = program.definition as View;
  const columns = columnsOf(program, view, context);
  if (columns === undefined) return undefined;
  const name = lastName(view.name.parts);
  const title = name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => `${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`)
    .join('');
  const fields = columns.flatMap((column, at) => fieldLines(column, at === 0));
  return [
    `class ${title}(models.Model):`,
    ...fields,
    '',
    '    class Meta:',
    '        managed = False',
    `        db_table = ${pythonString(name)}`,
  ].join('\n');
}

interface Column {
  readonly name: string;
  readonly type: ValueType;
}

function columnsOf(program: Program, view: View, context: ConvertContext): readonly Column[] | undefined {
  if (view.query.tag === 'opaque' || view.query.body.tag !== 'select') return undefined;
  const { items, from } = view.query.body;
  const sources = basesOf(from).map((base) => {
    const shape = context.catalogue.table(base.name.parts)?.shape;
    const name = base.alias?.text ?? lastName(base.name.parts);
    return { name, columns: shape?.columns ?? [], isOpen: shape === undefined, key: shape?.key ?? [] };
  });
  const scope = scopeOf(sources, { ...emptyScope(program.dialect), timeZone: context.timeZone });
  const found = items.flatMap((item): Column[] => {
    if (item.tag === 'star') return sources.flatMap(({ columns }) => columns.map(({ name, type }) => ({ name, type })));
    const { expression, alias } = item;
    const own = expression.tag === 'column' ? lastName(expression.parts) : '';
    return [{ name: alias?.text ?? own, type: translateExpression(expression, scope, 'value').type }];
  });
  const named = found.map((column, at) => ({ ...column, name: view.columns[at]?.text ?? column.name }));
  return named.some(({ name }) => name === '') ? undefined : named;
}

const FIELDS: Readonly<Partial<Record<ValueType['kind'], readonly [name: string, ...args: string[]]>>> = {
  integer: ['BigIntegerField'],
  boolean: ['IntegerField'],
  float: ['FloatField'],
  date: ['DateField'],
  datetime: ['DateTimeField'],
  instant: ['DateTimeField'],
  time: ['DurationField'],
  bytes: ['BinaryField'],
  json: ['JSONField'],
};

/** A name that is none of Python's has the column's name beside it. */
function fieldLines({ name, type }: Column, isKey: boolean): readonly string[] {
  const plain = pythonName(name).replaceAll(/__+/g, '_').replace(/_$/, '_field');
  const scale = type.kind === 'decimal' ? [`max_digits=65`, `decimal_places=${type.scale ?? 30}`] : [];
  const [field = 'TextField', ...args] =
    type.kind === 'decimal' ? ['DecimalField', ...scale] : (FIELDS[type.kind] ?? []);
  const options = [
    ...args,
    ...(plain === name ? [] : [`db_column=${pythonString(name)}`]),
    ...(isKey ? ['primary_key=True'] : ['null=True']),
  ];
  const line = `    ${plain} = models.${field}(${options.join(', ')})`;
  if (line.length <= 88) return [line];
  return [`    ${plain} = models.${field}(`, ...options.map((option) => `        ${option},`), '    )'];
}
