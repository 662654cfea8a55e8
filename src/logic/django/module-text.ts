import { withoutStrings } from './python-writer.ts';

/**
 * A module of generated functions: its docstring, the imports that they use, and the functions. `services` are those
 * that triggers may call, which also take rows.
 */
export function moduleText(doc: string, body: string, services?: readonly string[]): string {
  const code = body.split('\n').map(withoutStrings).join('\n');
  const uses = (name: string): boolean => new RegExp(`(?<![\\w."])${name}\\b`).test(code);
  const standard = [
    ...(uses('datetime') ? ['import datetime'] : []),
    ...(uses('Iterator') ? ['from collections.abc import Iterator'] : []),
    ...(uses('dataclass') ? [`from dataclasses import dataclass${uses('field') ? ', field' : ''}`] : []),
    ...(uses('Decimal') ? ['from decimal import Decimal'] : []),
    ...(uses('Any') ? ['from typing import Any'] : []),
  ];
  const django = uses('DataError') ? ['', 'from django.db import DataError'] : [];
  const own = [
    ...(services === undefined ? [] : imported('.rows', ROWS_NAMES.filter(uses))),
    ...imported('.runtime', RUNTIME_NAMES.filter(uses)),
    ...imported('.services', (services ?? []).filter(uses).toSorted()),
  ];
  return [
    doc,
    '',
    'from __future__ import annotations',
    ...(standard.length === 0 ? [] : ['', ...standard]),
    ...django,
    ...(own.length === 0 ? [] : ['', ...own]),
    ...(body === '' ? [''] : ['', '', `${body}\n`]),
  ].join('\n');
}

function imported(module: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const short = `from ${module} import ${names.join(', ')}`;
  if (short.length <= 88) return [short];
  return [`from ${module} import (`, ...names.map((name) => `    ${name},`), ')'];
}

const ROWS_NAMES = ['Column', 'Row', 'Table', 'Trigger'];

const RUNTIME_NAMES = [
  'ERRORS',
  'BusinessRuleError',
  'CaseNotFound',
  'Database',
  'Iterate',
  'Leave',
  'NotConverted',
  'Undone',
  'as_char',
  'as_clock',
  'as_date',
  'as_decimal',
  'as_float',
  'as_int',
  'as_json',
  'as_member',
  'as_moment',
  'as_rows',
  'as_set',
  'as_shown',
  'as_single',
  'as_text',
  'as_time',
  'as_year',
  'close_cursor',
  'error_message',
  'error_number',
  'error_state',
  'fetch_cursor',
  'matches',
  'n_add',
  'n_equal',
  'n_less',
  'n_multiply',
  'n_subtract',
  'n_unsigned',
  'open_cursor',
  'steps',
];
