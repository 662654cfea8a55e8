import type { Name } from '../../sql/expression.ts';
import { quoteName } from '../../sql/fragment.ts';
import { emptyScope, type TableColumn, type TableShape } from '../../sql/scope.ts';
import { columnsOfQuery } from '../../sql/translate.ts';
import type { ValueType } from '../../sql/value-type.ts';
import type { ConvertContext } from '../convert-context.ts';
import type { Program, View } from '../program.ts';
import { lastName } from '../program-name.ts';
import { key } from '../table-access.ts';
import { nodesOf } from '../walk.ts';
import { BIT_FIELD, isBit } from './bit-field.ts';
import { fieldName, pythonString } from './python-type.ts';
import { keyOfView } from './view-key.ts';

/**
 * Views as unmanaged models. Django wants a primary key: a column that tells the rows apart, else the first one, which
 * the class says. A view stands behind those that it reads.
 */
export function modelsFile(
  programs: readonly Program[],
  context: ConvertContext,
): { readonly text: string; readonly views: readonly Program[] } {
  const head = '"""Views of the database as models that Django reads and does not make."""';
  const known = new Map<Program, Shape>();
  for (let before = -1; before < known.size; ) {
    before = known.size;
    for (const program of programs) {
      const shape = known.has(program) ? undefined : shapeOf(program, { context, known });
      if (shape !== undefined) known.set(program, shape);
    }
  }
  const views = programs.filter((program) => known.has(program));
  if (views.length === 0) return { text: `${head}\n`, views };
  const classes = views.map((program) => modelOf(program, known.get(program) as Shape, context));
  const hasBits = classes.some((text) => text.includes('= BitField('));
  const standard = hasBits ? 'from typing import Any\n\n' : '';
  const all = [...(hasBits ? [BIT_FIELD] : []), ...classes].join('\n\n\n');
  const text = `${head}\n\nfrom __future__ import annotations\n\n${standard}from django.db import models\n\n\n${all}\n`;
  return { text, views };
}

function modelOf(program: Program, { columns }: Shape, { catalogue }: ConvertContext): string {
  const view = program.definition as View;
  const name = lastName(view.name.parts);
  const place = keyOfView(view, catalogue);
  const fields = columns.flatMap((column, at) => {
    const own = isBit(view, at, catalogue) ? 'BitField' : undefined;
    return fieldLines(column, at === (place ?? 0), own);
  });
  return [
    `class ${modelName(name)}(models.Model):`,
    ...(place === undefined ? UNKEYED : []),
    ...fields,
    '',
    '    class Meta:',
    '        managed = False',
    `        db_table = ${pythonString(name)}`,
  ].join('\n');
}

const UNKEYED = [
  '    """No column is known to tell the rows apart: the first is the key for Django\'s sake.',
  '',
  '    Read it with values() or values_list(): objects of one key are equal.',
  '    """',
  '',
];

/** The class of a view: its name in camel case. */
export function modelName(name: string): string {
  const title = name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => `${part[0]?.toUpperCase() ?? ''}${part.slice(1)}`)
    .join('');
  return /^[A-Za-z]/.test(title) ? title : `View${title}`;
}

type Shape = Pick<TableShape, 'columns'>;

/** The columns of a view; undefined while one of them, or what it reads, is not known. */
function shapeOf(
  { definition, dialect, lexed }: Program,
  { context, known }: { readonly context: ConvertContext; readonly known: ReadonlyMap<Program, Shape> },
): Shape | undefined {
  const view = definition as View;
  if (view.query.tag === 'opaque') return undefined;
  const views = new Map([...known].map(([program, shape]) => [key(lastName(nameParts(program))), shape]));
  const common = new Set(
    nodesOf(view.query, 'query')
      .flatMap((node) => node.with?.tables ?? [])
      .map(({ name }) => key(name.text)),
  );
  let isWhole = true;
  const table = (parts: readonly Name[]): TableShape | undefined => {
    const name = key(lastName(parts));
    const shape = views.get(name);
    const found =
      shape === undefined ? context.catalogue.table(parts)?.shape : { sql: quoteName(name), key: [], ...shape };
    isWhole &&= found !== undefined || common.has(name);
    return found;
  };
  const scope = { ...emptyScope(dialect), timeZone: context.timeZone, table };
  const columns = columnsOfQuery(view.query, scope, lexed.text);
  if (columns === undefined || !isWhole) return undefined;
  return { columns: columns.map((column, at) => ({ ...column, name: view.columns[at]?.text ?? column.name })) };
}

function nameParts({ definition }: Program): readonly Name[] {
  return definition.name?.parts ?? [];
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
function fieldLines({ name, type }: TableColumn, isKey: boolean, own: string | undefined): readonly string[] {
  const plain = fieldName(name).replaceAll(/__+/g, '_').replace(/_$/, '_field');
  const scale = type.kind === 'decimal' ? [`max_digits=65`, `decimal_places=${type.scale ?? 30}`] : [];
  const [field = 'TextField', ...args] =
    type.kind === 'decimal' ? ['DecimalField', ...scale] : (FIELDS[type.kind] ?? []);
  const options = [
    ...args,
    ...(plain === name ? [] : [`db_column=${pythonString(name)}`]),
    ...(isKey ? ['primary_key=True'] : ['null=True']),
  ];
  const made = own ?? `models.${field}`;
  const line = `    ${plain} = ${made}(${options.join(', ')})`;
  if (line.length <= 88) return [line];
  return [`    ${plain} = ${made}(`, ...options.map((option) => `        ${option},`), '    )'];
}
